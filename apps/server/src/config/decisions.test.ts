import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { local } from '@ostiary/connector-local';
import { configKeys } from '@ostiary/connector-sdk/config';
import { describe, expect, it } from 'vitest';
import { load, minimal, problemsOf } from '../../test/load-config.ts';
import { type Decision, flagDecisions, keyDecisions } from './decisions.ts';
import { fileSchema, signerSchema } from './schema.ts';

const paths = (decisions: readonly Decision[], kind?: Decision['decision']) =>
  decisions.filter(({ decision }) => kind === undefined || decision === kind).map(({ path }) => path);

/** All keys that the schemas read, with those of the blocks that have a schema of their own. */
const schemaKeys = [
  ...configKeys(fileSchema),
  ...configKeys(signerSchema).map((key) => ({ ...key, path: `signer.config.${key.path}` })),
  ...configKeys(local.config),
];

/** Keys that Dex does not have. */
const ownKeys = schemaKeys.filter(({ path }) => !keyDecisions.some((decision) => decision.path === path));

describe('the list of decisions', () => {
  it('has each key once', () => {
    const all = paths([...keyDecisions, ...flagDecisions]);
    expect(all.filter((path, index) => all.indexOf(path) !== index)).toEqual([]);
  });

  it('honours exactly what the schemas read and Dex has', () => {
    const read = schemaKeys.filter((key) => !ownKeys.includes(key)).map(({ path }) => path);
    expect(new Set(paths(keyDecisions, 'honoured'))).toEqual(new Set(read));
  });

  it('leaves the keys that Dex does not have to the schema, which says what each is for', () => {
    expect(ownKeys.length).toBeGreaterThan(0);
    expect(ownKeys.filter(({ description }) => description === undefined)).toEqual([]);
  });

  it.each(keyDecisions.filter(({ decision }) => decision === 'refused'))(
    'refuses $path when it says something',
    async ({ path }) => {
      const problems = await problemsOf(minimal(yamlFor(path)));
      expect(problems.filter((problem) => problem.includes('is not supported'))).toHaveLength(1);
    },
  );

  it.each(['mfa: {defaultMFAChain: [""]}', 'staticClients: [{id: a, name: A, secret: s, mfaChain: [""]}]'])(
    'refuses %s, which is not nothing in Dex',
    async (text) => {
      expect(await problemsOf(minimal(text))).toEqual([expect.stringContaining('is not supported')]);
    },
  );

  it.each([
    'mfa: {}',
    'mfa: {authenticators: [], defaultMFAChain: []}',
    'oauth2: {passwordConnector: ""}',
    'signer: {type: local, config: {addr: ""}}',
  ])('warns of %s, which does nothing in Dex either', async (text) => {
    const { warnings } = await load(minimal(text));
    expect(warnings.map(({ message }) => message)).toEqual(['is empty, so it does nothing. Remove it.']);
  });

  it.each(['sessions:', 'grpc: null', 'frontend: {dir: ""}', 'telemetry: {enableProfiling: false}'])(
    'takes %s for a key that is not there',
    async (text) => {
      expect((await load(minimal(text))).warnings).toEqual([]);
    },
  );

  it.each(keyDecisions.filter(({ decision }) => decision === 'ignored'))(
    'warns of $path and starts',
    async ({ path }) => {
      const { warnings } = await load(minimal(yamlFor(path)));
      expect(warnings.filter(({ message }) => message.startsWith('is ignored'))).toHaveLength(1);
    },
  );

  it.each(['docs/dex-differences.md', 'docs/configuration.md'])('stands in %s, key by key', (file) => {
    const rows = rowsOf(file);
    const expected = file.endsWith('configuration.md')
      ? keyDecisions.filter(({ decision }) => decision === 'honoured')
      : [...keyDecisions, ...flagDecisions];
    for (const decision of expected) expect(rows.get(decision.path), decision.path).toContain(stated(decision));
  });

  it.each(ownKeys)('leaves $path, which Dex does not have, to docs/configuration.md', ({ path, description = '' }) => {
    expect(rowsOf('docs/configuration.md').get(path)).toContain(description);
  });
});

/** What a document says about keys, by their names. */
function rowsOf(file: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(import.meta.dirname, '../../../..', file), 'utf8');
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, path, says = ''] = /^\| `([^`]+)` \| (.*) \|$/u.exec(line) ?? [];
      return path === undefined ? [] : [[path, says] as const];
    }),
  );
}

/** What the documentation must say about a key. */
const stated = (decision: Decision): string =>
  decision.decision === 'honoured' ? (decision.note ?? '') : `${decision.decision}: ${decision.because}`;

/** A file that sets the key, and on the way to it only what must be there. */
function yamlFor(path: string): string {
  const [head = '', ...rest] = path.split('.');
  const base: Readonly<Record<string, unknown>> =
    head === 'staticClients[]' ? { id: 'a', name: 'A', secret: 's' } : head === 'signer' ? { type: 'local' } : {};
  return `${bare(head)}: ${JSON.stringify(valueFor(head, rest, base))}`;
}

const bare = (name: string): string => name.replace('[]', '');

function valueFor(head: string, rest: readonly string[], base: Readonly<Record<string, unknown>> = {}): unknown {
  const [next] = rest;
  const inner = next === undefined ? 'x' : { ...base, [bare(next)]: valueFor(next, rest.slice(1)) };
  return head.endsWith('[]') ? [inner] : inner;
}
