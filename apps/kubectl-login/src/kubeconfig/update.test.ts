import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { lockDeps } from '../../test/support/processes.ts';
import { changeKubeconfig, type KubeconfigRequest, type Outcome } from './change.ts';
import { kubeconfigPaths } from './paths.ts';
import { assertWritable, readKubeconfig, updateKubeconfig } from './update.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const file = (name = 'config'): string => join(home, name);
const readYaml = (name?: string) => parse(readFileSync(file(name), 'utf8'));
const exec = (id = 'session-1') => ({ command: 'kubectl-login', args: ['get-token', `--session=${id}`] });

function update(request: Partial<KubeconfigRequest> = {}, names = ['config']): Promise<Outcome> {
  const env = { KUBECONFIG: names.map(file).join(delimiter) };
  const paths = kubeconfigPaths({ explicit: undefined, env, home, exists: existsSync });
  return updateKubeconfig(paths, { sessionId: 'session-1', ...request }, lockDeps());
}

const commented = `# my clusters
apiVersion: v1
kind: Config
preferences: {colors: true}
clusters:
  # production, do not touch
  - name: prod
    cluster:
      server: https://prod.example:6443
      x-extension: kept
contexts:
  - context: {cluster: prod, user: old, namespace: web}
    name: prod
users:
  - name: old
    user: {token: abc}
current-context: prod
`;

describe('a kubeconfig', () => {
  it('that is not there is made, for this user only, with its folder', async () => {
    await update({ context: 'a', server: 'https://a.example:6443' }, ['.kube/config']);
    expect(statSync(file('.kube/config')).mode & 0o777).toBe(0o600);
    expect(readYaml('.kube/config')).toMatchObject({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'a.example', cluster: { server: 'https://a.example:6443' } }],
      contexts: [{ name: 'a', context: { cluster: 'a.example', user: 'session-1' } }],
      users: [{ name: 'session-1', user: { exec: exec() } }],
      'current-context': 'a',
    });
  });

  it.each([
    '',
    '\n',
    '# nothing yet\n',
    '---\n',
    'null\n',
    'apiVersion: v1\nkind: Config\nusers: null\nclusters: []\n',
  ])('that holds nothing (%j) is filled', async (text) => {
    writeFileSync(file(), text);
    await update({ server: 'https://a.example' });
    expect(readYaml()).toMatchObject({ users: [{ name: 'session-1' }], 'current-context': 'a.example' });
  });

  it('keeps its comments, its order and what it does not know', async () => {
    writeFileSync(file(), commented, { mode: 0o640 });
    chmodSync(file(), 0o640);
    await update({ context: 'prod' });
    const after = readFileSync(file(), 'utf8');
    for (const line of commented.split('\n').filter((one) => !one.includes('user: old'))) expect(after).toContain(line);
    expect(readYaml().contexts[0]).toEqual({
      name: 'prod',
      context: { cluster: 'prod', user: 'session-1', namespace: 'web' },
    });
    expect(statSync(file()).mode & 0o777).toBe(0o640);
  });

  it.each([
    ['no content', ''],
    ['null', ': null'],
    ['empty content', ': {}'],
  ])('with entries that have %s gets it into them', async (_what, end) => {
    const entry = (key: string): string => `[{name: a${end === '' ? '' : `, ${key}${end}`}}]`;
    const text = `users: ${entry('user')}\ncontexts: ${entry('context')}\nclusters: ${entry('cluster')}\n`;
    writeFileSync(file(), text);
    await update({ context: 'a', cluster: 'a', user: 'a', server: 'https://a.example' });
    expect(readYaml()).toEqual({
      users: [{ name: 'a', user: { exec: expect.objectContaining(exec()) } }],
      contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
      clusters: [{ name: 'a', cluster: { server: 'https://a.example' } }],
      'current-context': 'a',
    });
  });

  it('is not written when there is nothing to change', async () => {
    writeFileSync(file(), commented);
    await update({ context: 'prod' });
    const before = statSync(file());
    expect((await update({ context: 'prod' })).changes).toEqual([]);
    expect(statSync(file())).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  it('behind a link is changed where it is, and the link stays', async () => {
    mkdirSync(file('real'));
    writeFileSync(file('real/config'), commented);
    symlinkSync(file('real/config'), file());
    await update({ context: 'prod' });
    expect(lstatSync(file()).isSymbolicLink()).toBe(true);
    expect(readYaml('real/config').contexts[0].context.user).toBe('session-1');
  });

  it('behind links that lead nowhere yet is made where they lead, with its folder', async () => {
    mkdirSync(file('links'));
    symlinkSync('links/second', file());
    symlinkSync('../real/config', file('links/second'));
    await update({ server: 'https://a.example' });
    expect(lstatSync(file()).isSymbolicLink()).toBe(true);
    expect(readYaml('real/config')['current-context']).toBe('a.example');
    expect(statSync(file('real/config')).mode & 0o777).toBe(0o600);
    expect(readdirSync(file('real'))).toEqual(['config']);
  });

  it('behind links that lead into themselves is told', async () => {
    symlinkSync(file('b'), file());
    symlinkSync(file(), file('b'));
    await expect(update()).rejects.toThrow(`The kubeconfig ${file()} cannot be written (ELOOP).`);
  });

  it('leaves no draft and no lock behind', async () => {
    await update({ server: 'https://a.example' });
    expect(readdirSync(home)).toEqual(['config']);
  });
});

describe('several kubeconfigs', () => {
  it('are changed where an entry is; what is new goes to the first that exists', async () => {
    writeFileSync(file('two'), commented);
    writeFileSync(file('three'), 'apiVersion: v1\nkind: Config\n');
    const { changes } = await update({ context: 'prod' }, ['one', 'two', 'three']);
    expect(changes.map(({ text }) => text)).toEqual([
      `add user "session-1" in ${file('two')}`,
      `change context "prod" in ${file('two')}: user "old" -> "session-1"`,
    ]);
    expect(existsSync(file('one'))).toBe(false);
    expect(readFileSync(file('three'), 'utf8')).toBe('apiVersion: v1\nkind: Config\n');
  });

  it('of which none exists: the last one is made, as kubectl does', async () => {
    await update({}, ['one', 'two']);
    expect(readdirSync(home)).toEqual(['two']);
  });

  it('with one that is broken are all left alone', async () => {
    writeFileSync(file('one'), 'apiVersion: v1\n');
    writeFileSync(file('two'), 'users: [\n');
    await expect(update({}, ['one', 'two'])).rejects.toThrow(`${file('two')} is not valid YAML in line`);
    expect(readFileSync(file('one'), 'utf8')).toBe('apiVersion: v1\n');
  });
});

describe('a kubeconfig that must not be changed', () => {
  it.each([
    ['- a\n- b\n', 'its top level is not a mapping'],
    ['just text\n', 'its top level is not a mapping'],
    ['users: {a: b}\n', '"users" is not a list'],
    ['contexts: text\n', '"contexts" is not a list'],
    ['users: [{name: jane, user: text}]\n', '"user" of "jane" in "users" is not a mapping'],
    ['a: b: c\n', 'is not valid YAML in line 1'],
    ['a: 1\na: 2\n', 'is not valid YAML in line 2'],
    [`a: ${'x'.repeat(5_000_001)}`, 'is too large'],
  ])('is named, with what is wrong, and stays as it is (%#)', async (text, message) => {
    writeFileSync(file(), text);
    await expect(update()).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining(message),
      detail: { remedy: expect.stringContaining('Nothing was changed') },
    });
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  it.each([
    ['a cluster that is not there', { cluster: 'staging' }, 'There is no cluster "staging"', 'prod'],
    [
      'a context that is not there, and no cluster',
      { context: 'staging' },
      'There is no context "staging"',
      '--cluster',
    ],
    ["somebody else's user", { user: 'old' }, 'The user "old" exists and was not made by kubectl login', '--user NAME'],
    [
      'another server for a cluster',
      { cluster: 'prod', server: 'https://b.example' },
      'The cluster "prod" exists with another server',
      '',
    ],
  ])('because of %s: says so', async (_what, request, message, hint) => {
    writeFileSync(file(), commented);
    const error: Error = await update(request).then(
      () => new Error('it was changed'),
      (thrown: Error) => thrown,
    );
    expect(error.message).toContain(message);
    expect(JSON.stringify([error.message, Reflect.get(error, 'detail')])).toContain(hint);
    expect(readFileSync(file(), 'utf8')).toBe(commented);
  });

  it('because kubectl has its lock: says which file to look at, after a while', async () => {
    writeFileSync(file(), commented);
    writeFileSync(`${file()}.lock`, '');
    await expect(update({ context: 'prod' })).rejects.toThrow(`keeps ${file()}.lock`);
    expect(readFileSync(file(), 'utf8')).toBe(commented);
    expect(existsSync(`${file()}.lock`)).toBe(true);
  });
});

describe('a kubeconfig that is only looked at', () => {
  const looking = async (name: string): Promise<void> => {
    const paths = kubeconfigPaths({ explicit: undefined, env: { KUBECONFIG: file(name) }, home, exists: existsSync });
    await assertWritable(
      paths,
      changeKubeconfig(readKubeconfig(paths), { sessionId: 'session-1', context: 'a', server: 'https://a.example' }),
      lockDeps(),
    );
  };

  it('can be written, and is left as it is', async () => {
    writeFileSync(file(), commented);
    await looking('config');
    await looking('new/config');
    expect(readdirSync(home).sort()).toEqual(['config', 'new']);
    expect(readFileSync(file(), 'utf8')).toBe(commented);
  });

  // Only looked at, for if it could be written, root would replace the device.
  it.skipIf(process.platform === 'win32')('cannot be written where it is a device', async () => {
    symlinkSync('/dev/null', file('device'));
    await expect(looking('device')).rejects.toMatchObject({
      code: 'config/invalid',
      message: `The kubeconfig ${file('device')} is no regular file.`,
    });
  });

  it('cannot be written where its folder is none', async () => {
    writeFileSync(file('file'), '');
    await expect(looking('file/config')).rejects.toThrow(`The kubeconfig ${file('file/config')} cannot be written`);
  });

  it('cannot be written while a lock lies there, and the lock is named', async () => {
    writeFileSync(file(), commented);
    writeFileSync(`${file()}.lock`, '');
    await expect(looking('config')).rejects.toMatchObject({
      code: 'storage/conflict',
      message: expect.stringContaining(`keeps ${file()}.lock, or left it behind`),
      detail: { remedy: `If none is running, delete ${file()}.lock and try again.` },
    });
    expect(existsSync(`${file()}.lock`)).toBe(true);
  });

  it('can be left alone in spite of a lock when nothing is to be changed', async () => {
    await update({ context: 'a', server: 'https://a.example' });
    writeFileSync(`${file()}.lock`, '');
    await looking('config');
    expect((await update({ context: 'a' })).changes).toEqual([]);
  });
});

describe('two logins at once', () => {
  it('both end in the file', async () => {
    writeFileSync(file(), commented);
    const ids = Array.from({ length: 8 }, (_none, index) => `session-${index}`);
    await Promise.all(ids.map((sessionId) => update({ sessionId, context: sessionId, cluster: 'prod' })));
    expect(
      readYaml()
        .users.map(({ name }: { name: string }) => name)
        .sort(),
    ).toEqual(['old', ...ids]);
  });
});
