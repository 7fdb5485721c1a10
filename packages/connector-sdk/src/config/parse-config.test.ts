import { Secret } from '@ostiary/primitives';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  atMostOne,
  base64Bytes,
  duration,
  exactlyOne,
  httpUrl,
  keepEmpty,
  secretText,
  text,
  textLike,
} from './blocks.ts';
import { configKeys } from './config-keys.ts';
import { formatIssue } from './issue.ts';
import { parseConfig, readConfig } from './parse-config.ts';
import { insecureSkipEmailVerifiedKey } from './provider-keys.ts';

const schema = z
  .object({
    issuer: httpUrl(),
    clientID: z.string(),
    clientSecret: secretText().exactOptional(),
    clientSecretFile: z.string().exactOptional(),
    rootCAs: z.array(z.string()).default([]),
    claimMapping: z.object({ preferred_username: z.string().exactOptional() }).default({}),
    tenants: z.record(z.string(), z.object({ adminEmail: z.string() })).default({}),
    scope: z.union([z.string(), z.object({ baseDN: z.string() })]).exactOptional(),
    mode: z.enum(['S256', 'plain']).exactOptional(),
    timeout: duration({ minMs: 1000, maxMs: 60_000 }).exactOptional(),
    data: base64Bytes().exactOptional(),
    note: z.string().nullable().exactOptional(),
    tries: z.int().exactOptional(),
  })
  .superRefine(atMostOne('clientSecret', 'clientSecretFile'));

const sound = { issuer: 'https://a.example', clientID: 'c' };
const path = 'connectors[0].config';

async function problems(raw: unknown): Promise<readonly string[]> {
  const parsed = await parseConfig(schema, raw, { path });
  return parsed.ok ? [] : parsed.issues.map(formatIssue);
}

describe('parseConfig', () => {
  it('answers what the schema made, defaults and secrets included', async () => {
    const value = await readConfig(schema, { ...sound, clientSecret: 's3', timeout: '1.5s', data: 'aGk=\n' }, { path });
    expect(value).toMatchObject({ rootCAs: [], timeout: 1500, data: new Uint8Array([104, 105]) });
    expect(value.clientSecret).toBeInstanceOf(Secret);
  });

  it('takes keys in any case, deep in maps, lists and unions', async () => {
    const raw = {
      ISSUER: 'https://a.example',
      clientId: 'c',
      RootCas: ['x'],
      ClaimMapping: { Preferred_Username: 'login' },
      tenants: { Example: { adminemail: 'a' } },
      scope: { basedn: 'dc=x' },
    };
    const value = await readConfig(schema, raw, { path });
    expect(value).toMatchObject({ ...sound, claimMapping: { preferred_username: 'login' }, scope: { baseDN: 'dc=x' } });
    expect(value.tenants).toEqual({ Example: { adminEmail: 'a' } });
  });

  it('treats a key that is set to nothing as absent, unless the schema takes null', async () => {
    const value = await readConfig(schema, { ...sound, mode: null, rootCAs: null, note: null }, { path });
    expect(value).toMatchObject({ rootCAs: [], note: null });
    expect(value).not.toHaveProperty('mode');
  });

  it('tells every problem at once, with its place and what to do', async () => {
    const raw = {
      issuer: 'login.example.com',
      clientid: 7,
      rootCA: 'x',
      claimMapping: [],
      mode: 's256',
      timeout: '1d',
    };
    expect(await problems(raw)).toEqual([
      'connectors[0].config.rootCA: is not a known key. Did you mean rootCAs?',
      'connectors[0].config.issuer: is not a URL. Write it like https://login.example.com.',
      'connectors[0].config.clientID: must be a text, but is a number. Put it in quotes.',
      'connectors[0].config.claimMapping: must be a map of keys, but is a list.',
      'connectors[0].config.mode: must be one of "S256", "plain".',
      'connectors[0].config.timeout: a duration has no days, weeks or years. Write hours: 24h for a day.',
    ]);
  });

  it.each([
    [{ clientID: 'c' }, 'issuer: is missing. Add it.'],
    [{ ...sound, issuer: 'https://u:p@a.example' }, 'issuer: must not contain a user name'],
    [{ ...sound, issuer: 'ldap://a.example' }, 'issuer: must begin with https://'],
    [{ ...sound, issuer: '' }, 'issuer: is empty. Set it, or check that the environment variable'],
    [{ ...sound, scope: 7 }, 'scope: must be a text or a map of keys, but is a number.'],
    [{ ...sound, scope: { baseDN: 7 } }, 'scope.baseDN: must be a text, but is a number. Put it in quotes.'],
    [{ ...sound, clientSecret: 'a', clientSecretFile: 'b' }, 'clientSecretFile: is set besides clientSecret.'],
    [{ ...sound, clientid: 'd' }, 'clientID: is set more than once (clientID, clientid).'],
    [{ ...sound, timeout: '0s' }, 'timeout: is too short. Write at least 1s.'],
    [{ ...sound, timeout: '2m' }, 'timeout: is too long. Write at most 60s.'],
    [{ ...sound, data: 'not base64!' }, 'data: is not base64.'],
    [
      { ...sound, tenants: { a: { adminMail: 'x' } } },
      'tenants.a.adminMail: is not a known key. Did you mean adminEmail?',
    ],
    [{ ...sound, mode: 1.2 }, 'mode: must be a text, but is a number. Put it in quotes.'],
    [{ ...sound, mode: true }, 'mode: must be a text, but is true or false. Put it in quotes.'],
    [{ ...sound, mode: ['plain'] }, 'mode: must be a text, but is a list.'],
    [{ ...sound, tries: 1.5 }, 'tries: must be a whole number. Remove the fraction.'],
    [{ ...sound, zzz: 1 }, 'zzz: is not a known key. Remove it.'],
    ['text', 'must be a map of keys, but is a text.'],
    [['list'], 'must be a map of keys, but is a list.'],
  ])('refuses %j', async (raw, expected) => {
    expect((await problems(raw)).join('\n')).toContain(expected);
  });

  it.each([
    ['insecureSkipEmailVerified', undefined],
    ['insecureSkipVerfy', undefined],
    ['clientSecrets', 'clientSecret'],
    ['clientSecretPath', undefined],
    ['id', undefined],
    ['mod', 'mode'],
    ['notes', 'note'],
  ])('proposes for %s only what is like it, and no protection to switch off', async (key, nearest) => {
    const keys = z.object({ ...schema.shape, insecureSkipVerify: z.boolean().default(false) });
    const parsed = await parseConfig(keys, { ...sound, [key]: 'x' }, { path: '' });
    const what = nearest === undefined ? 'Remove it.' : `Did you mean ${nearest}?`;
    expect(parsed.ok || parsed.issues.map(formatIssue)).toEqual([`${key}: is not a known key. ${what}`]);
  });

  it('tells what is wrong with the form of a union that was meant', async () => {
    const name = textLike(/^[a-z]+$/u, 'is no name. Write small letters.').transform((one) => [one]);
    const names = z.object({ names: z.union([name, z.array(text()).min(1, 'is empty. Name one.')]) });
    const said = async (value: unknown) => {
      const parsed = await parseConfig(names, { names: value }, { path: '' });
      return parsed.ok ? [] : parsed.issues.map(formatIssue);
    };
    expect(await said('A')).toEqual(['names: is no name. Write small letters.']);
    expect(await said('')).toEqual([expect.stringContaining('names: is empty. Set it')]);
    expect(await said(['a', 7])).toEqual(['names[1]: must be a text, but is a number. Put it in quotes.']);
    expect(await said({})).toEqual(['names: must be a text or a list, but is a map of keys.']);
    expect(await said(undefined)).toEqual(['names: is missing. Add it.']);
    const kinds = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a') }),
      z.object({ kind: z.literal('b') }),
    ]);
    const parsed = await parseConfig(kinds, { kind: 'c' }, { path: '' });
    expect(parsed.ok || parsed.issues.map(formatIssue)).toEqual([
      expect.stringContaining('kind: has none of its known'),
    ]);
  });

  it('warns of unknown keys when asked to, and goes on', async () => {
    const parsed = await parseConfig(schema, { ...sound, isuer: 'x' }, { path, unknownKeys: 'warning' });
    expect(parsed.ok).toBe(true);
    expect(parsed.warnings.map(formatIssue)).toEqual([`${path}.isuer: is not a known key. Did you mean issuer?`]);
  });

  it('says what a key that is not there has to say, whatever its spelling, and also where unknown keys are errors', async () => {
    const told = async (raw: unknown): Promise<readonly string[]> => {
      const one = z.object({ trusted: insecureSkipEmailVerifiedKey('LDAP') });
      return (await parseConfig(one, raw, { path })).warnings.map(formatIssue);
    };
    const sentence = `${path}.trusted: is not set. Dex takes every address as verified, and LDAP does not say so of any.`;
    expect(await told({})).toEqual([expect.stringContaining(sentence)]);
    expect(await told(undefined)).toEqual([expect.stringContaining(sentence)]);
    expect(await told({ unknown: 1 })).toEqual([expect.stringContaining(sentence)]);
    expect(await told({ TRUSTED: false })).toEqual([]);
    expect(await told({ trusted: true })).toEqual([]);
  });

  it('tells a list or a text in place of the other once, also when it is empty', async () => {
    const sizes = z.object({ needed: text(), list: z.array(text()).min(1, 'is empty. Name one.') });
    const parsed = await parseConfig(sizes, { needed: [], list: '' }, { path: '' });
    expect(parsed.ok || parsed.issues.map(formatIssue)).toEqual([
      'needed: must be a text, but is a list.',
      'list: must be a list, but is a text.',
    ]);
  });

  it('tells as many problems as there are, in a time that grows with their number', async () => {
    const tenants = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`tenant${index}`, 7]));
    expect(await problems({ ...sound, tenants })).toHaveLength(10_000);
  });

  it('names unknown keys of a block that has none, and of none where anything may stand', async () => {
    const empty = z.object({ inner: z.object({}).default({}), any: z.unknown().optional() });
    const raw = { inner: { zzz: 1 }, any: { yyy: 1 } };
    const parsed = await parseConfig(empty, raw, { path: '', unknownKeys: 'warning' });
    expect(parsed.warnings.map(formatIssue)).toEqual(['inner.zzz: is not a known key. Remove it.']);
    expect(parsed).toMatchObject({ ok: true, value: { inner: {}, any: { yyy: 1 } } });
    const none = z
      .object({})
      .nullish()
      .transform(() => 'read');
    const read = (value: unknown) => parseConfig(none, value, { path: 'config' });
    expect(await read(undefined)).toMatchObject({ ok: true, value: 'read' });
    expect(await read({ file: 'x' })).toMatchObject({ ok: false, issues: [{ path: 'config.file' }] });
  });

  it('cannot be made to change a prototype', async () => {
    const raw: unknown = JSON.parse(
      '{"issuer":"https://a.example","clientID":"c","tenants":{"__proto__":{"adminEmail":"x"}}}',
    );
    await parseConfig(schema, raw, { path });
    expect(Object.hasOwn(Object.prototype, 'adminEmail')).toBe(false);
  });

  it('works with a schema of another library that gives no JSON Schema', async () => {
    const foreign: StandardSchemaV1<unknown, string> = {
      '~standard': {
        version: 1,
        vendor: 'other',
        validate: (value) =>
          value === 'x' ? { value } : { issues: [{ message: 'must be x', path: [{ key: 'a' }, 0] }] },
      },
    };
    expect(await readConfig(foreign, 'x', { path })).toBe('x');
    const refused = await parseConfig(foreign, { a: ['y'] }, { path });
    expect(refused.ok || refused.issues.map(formatIssue)).toEqual([`${path}.a[0]: must be x`]);
  });
});

describe('an empty text', () => {
  const inner = z.object({ needed: text(), optional: text().exactOptional() });
  const texts = z.object({
    needed: text(),
    optional: text().exactOptional(),
    standard: z.enum(['one']).default('one'),
    early: text().prefault('two'),
    either: z.union([text(), z.array(text())]).exactOptional(),
    inner: inner.exactOptional(),
    each: z.array(inner).default([]),
    list: z.array(text()).default([]),
    named: z.record(z.string(), text()).default({}),
    prefix: z.string().meta(keepEmpty).default('p'),
    secret: secretText().exactOptional(),
    secretFile: text().exactOptional(),
  });
  const read = (more: Readonly<Record<string, unknown>>, from = texts): Promise<unknown> =>
    readConfig(from, { needed: 'a', ...more }, { path: 'config' });
  const defaults = { needed: 'a', standard: 'one', early: 'two', each: [], list: [], named: {}, prefix: 'p' };

  it('is no value under a key that may be left out, however deep', async () => {
    const empty = { optional: '', STANDARD: '', early: '', either: '', secret: '' };
    expect(await read(empty)).toEqual(defaults);
    const deep = { needed: 'b', optional: '' };
    expect(await read({ inner: deep, each: [deep] })).toEqual({
      ...defaults,
      inner: { needed: 'b' },
      each: [{ needed: 'b' }],
    });
  });

  it.each([
    [{ needed: '' }, 'config.needed: is empty. Set it, or check that the environment variable it names is set.'],
    [{ inner: { needed: '' } }, 'config.inner.needed: is empty'],
    [{ optionel: '' }, 'config.optionel: is not a known key'],
    [{ list: [''] }, 'config.list[0]: is empty'],
    [{ list: '' }, 'config.list: must be a list, but is a text'],
    [{ named: { a: '' } }, 'config.named.a: is empty'],
  ])('is refused elsewhere: %j', async (more, problem) => {
    await expect(read(more)).rejects.toThrow(problem);
  });

  it('is a value where the schema says so', async () => {
    expect(await read({ prefix: '' })).toEqual({ ...defaults, prefix: '' });
  });

  it('is no second secret, and is named when it was to be the only one', async () => {
    const one = texts.superRefine(exactlyOne('secret', 'secretFile'));
    expect(await read({ secret: '', secretFile: '/s' }, one)).toEqual({ ...defaults, secretFile: '/s' });
    await expect(read({ secret: '' }, one)).rejects.toThrow(
      'config.secret: is empty. Set secret or secretFile. Check that the environment variable it names is set.',
    );
  });
});

describe('readConfig', () => {
  it('throws one error that names every issue and no value', async () => {
    const reading = readConfig(schema, { clientSecret: ['hunter2'] }, { path });
    await expect(reading).rejects.toMatchObject({ code: 'config/invalid' });
    await expect(reading).rejects.toThrow(/issuer: is missing[\s\S]*clientSecret: must be a text, but is a list/u);
    await expect(reading).rejects.not.toThrow(/hunter2/u);
  });
});

describe('configKeys', () => {
  it('lists nested keys, and which are required', () => {
    const keys = configKeys(schema);
    expect(keys.map((key) => key.path)).toEqual(
      expect.arrayContaining(['issuer', 'claimMapping', 'claimMapping.preferred_username', 'scope.baseDN']),
    );
    expect(keys.filter((key) => key.required).map((key) => key.path)).toEqual(['issuer', 'clientID', 'scope.baseDN']);
  });
});
