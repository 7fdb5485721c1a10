import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kubectl, openKubectl, requireKubectl } from '@ostiary/tooling-servers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockDeps } from '../../test/support/processes.ts';
import type { KubeconfigRequest, Outcome } from './change.ts';
import { kubeconfigPaths } from './paths.ts';
import { updateKubeconfig } from './update.ts';

const lacking = await requireKubectl();

/** What YAML 1.1, or kubectl's parser, takes for something else than text. */
const names = [
  ...['no', 'on', 'y', 'off', 'NO', 'Yes', 'N', 'true', 'FALSE', 'null', '~', '<<', '=', '.inf', '-.INF', '.NaN'],
  ...['1_000', '0b11', '0B11', '0o7', '-0o7', '0777', '0x1f', '0X1F', '12e3', '.5', '+1', '1:30', '190:20:30', '1__0'],
  ...[
    '2031-01-01',
    '2031-01-01T00:00:00Z',
    '10.0.0.1',
    '-',
    '- a',
    '#',
    'a: b',
    '*a',
    '&a',
    '!a',
    '{}',
    '[]',
    "'",
    '"',
  ],
];

let home: string;
let kubectl: Kubectl;
beforeAll(async () => {
  if (lacking === undefined) kubectl = await openKubectl();
});
afterAll(() => kubectl?.[Symbol.asyncDispose]());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function update(request: Partial<KubeconfigRequest>): Promise<Outcome> {
  const env = { KUBECONFIG: join(home, 'config') };
  const paths = kubeconfigPaths({ explicit: undefined, env, home, exists: existsSync });
  return updateKubeconfig(paths, { sessionId: 'session-1', ...request }, lockDeps());
}

/** The file as kubectl reads it. */
async function view() {
  const args = ['config', 'view', '--raw', '-o', 'json'];
  const { stdout, stderr } = await kubectl.run(args, { kubeconfig: join(home, 'config') });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const asked = (name: string) => ({ context: name, cluster: name, user: name, server: 'https://api.example' });

describe.skipIf(lacking !== undefined)('kubectl reads what was written', () => {
  it.each(names)('for the name %s in a new file', async (name) => {
    await update(asked(name));
    expect(await view()).toMatchObject({
      'current-context': name,
      clusters: [{ name, cluster: { server: 'https://api.example' } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      users: [{ name, user: { exec: { args: ['get-token', '--session=session-1'] } } }],
    });
    expect((await update(asked(name))).changes).toEqual([]);
  });

  it('for all of them beside each other, where a cluster has such a name already', async () => {
    const before =
      'apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://old.example\n  name: "no"\n';
    writeFileSync(join(home, 'config'), before);
    await update({ context: 'no', cluster: 'no' });
    for (const name of names.filter((one) => one !== 'no')) await update(asked(name));
    const { clusters, contexts, users } = await view();
    const namesOf = (entries: readonly { readonly name: string }[]): readonly string[] =>
      entries.map(({ name }) => name);
    expect(namesOf(clusters).toSorted()).toEqual(names.toSorted());
    expect(namesOf(contexts).toSorted()).toEqual(names.toSorted());
    expect(namesOf(users).toSorted()).toEqual([...names.filter((one) => one !== 'no'), 'session-1'].toSorted());
    expect(readFileSync(join(home, 'config'), 'utf8')).toContain('server: https://old.example\n  name: "no"\n');
  });

  it('for words that somebody wrote as YAML 1.1', async () => {
    const cluster = '{server: https://old.example, insecure-skip-tls-verify: yes, disable-compression: on}';
    writeFileSync(join(home, 'config'), `clusters: [{name: a, cluster: ${cluster}}]\n`);
    await update({ cluster: 'a' });
    expect((await view()).clusters[0].cluster).toEqual({
      server: 'https://old.example',
      'insecure-skip-tls-verify': true,
      'disable-compression': true,
    });
  });
});
