/** Templates write empty texts for what is not set. What becomes of them, in every connector and storage. */
import { configKeys, inputJsonSchema, type JsonSchema, parseConfig } from '@ostiary/connector-sdk/config';
import { describe, expect, it } from 'vitest';
import { minimal, problemsOf } from '../../test/load-config.ts';
import { plugIns } from '../plug-ins.ts';

type Options = Readonly<Record<string, unknown>>;

const registered = { clientID: 'c', clientSecret: 's' };

/** What each takes at least, and an item in every list whose items have keys. */
const least: Readonly<Record<string, Options>> = {
  'active-directory': { domain: 'corp.example.com' },
  'atlassian-crowd': { ...registered, baseURL: 'https://a.example' },
  'bitbucket-cloud': registered,
  gitea: { ...registered, orgs: [{ name: 'a' }] },
  github: { ...registered, orgs: [{ name: 'a' }] },
  gitlab: registered,
  google: registered,
  keystone: { keystoneHost: 'https://a.example', keystoneUsername: 'a', keystonePassword: 's' },
  ldap: {
    host: 'a.example',
    userSearch: { baseDN: 'dc=a', username: 'uid', idAttr: 'uid' },
    groupSearch: { baseDN: 'dc=a', nameAttr: 'cn', userMatchers: [{ userAttr: 'DN', groupAttr: 'member' }] },
  },
  linkedin: registered,
  local: {
    staticPasswords: [
      {
        email: 'jane@a.example',
        hash: '$2a$10$2b2cU8CPhOTaGrs1HRQuAueS7JTT5ZHsHSzYiFPm1leZck7Mc8T4W',
        userID: '1',
        username: 'jane',
      },
    ],
  },
  microsoft: registered,
  mockPassword: { username: 'a', password: 's' },
  oauth: {
    ...registered,
    authorizationURL: 'https://a.example/a',
    tokenURL: 'https://a.example/t',
    userInfoURL: 'https://a.example/u',
  },
  oidc: {
    ...registered,
    issuer: 'https://a.example',
    claimModifications: { newGroupFromClaims: [{ claims: ['a'] }] },
  },
  okta: { ...registered, orgURL: 'https://a.example' },
  openshift: { ...registered, issuer: 'https://a.example' },
  saml: { ssoURL: 'https://a.example', ca: '/ca.pem', usernameAttr: 'n', emailAttr: 'm' },
  sqlite3: { file: 'a.db' },
  postgres: { user: 'dex', ssl: {} },
  mysql: { user: 'dex', database: 'dex', ssl: {} },
  etcd: { endpoints: ['http://a.example:2379'], ssl: {} },
  kubernetes: { inCluster: true },
  redis: { cluster: [{ host: 'a' }], tls: {} },
};

const all = [...plugIns.connectors, plugIns.passwordDatabase, ...plugIns.storages].map(
  ({ type, config }) => [type, { schema: config, least: least[type] ?? {} }] as const,
);
type Case = (typeof all)[number][1];

async function told(schema: Case['schema'], options: unknown): Promise<readonly string[]> {
  const parsed = await parseConfig(schema, options, { path: '' });
  return parsed.ok ? [] : parsed.issues.map(({ path, message }) => `${path}: ${message}`);
}

/** What stands at a key, which had this value. */
type Choose = (schema: JsonSchema, given: unknown) => unknown;

/** The options with what `choose` says at each key that holds no others, in blocks that were not there too. */
function filled(schema: JsonSchema, options: unknown, choose: Choose): Options {
  const given = new Map<string, unknown>(
    typeof options === 'object' && options !== null ? Object.entries(options) : [],
  );
  const entries = Object.entries(schema.properties ?? {}).map(([key, inner]) => {
    const own = given.get(key);
    const { items } = inner;
    if (inner.properties !== undefined) return [key, filled(inner, own, choose)];
    if (Array.isArray(own) && items?.properties !== undefined) {
      return [key, own.map((item) => filled(items, item, choose))];
    }
    return [key, choose(inner, own)];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const isText = ({ type }: JsonSchema): boolean => type === 'string';
const isKept = (inner: JsonSchema): boolean => inner['x-keep-empty'] === true;

describe('an empty text', () => {
  it.each(all)('is no value under the optional keys of %s, all of them', async (_type, { schema, least: options }) => {
    const keys = inputJsonSchema(schema) ?? {};
    const empty = filled(keys, options, (inner, given) => given ?? (isText(inner) && !isKept(inner) ? '' : undefined));
    expect(await told(schema, empty)).toEqual([]);
    const absent = filled(keys, options, (_inner, given) => given);
    expect(await parseConfig(schema, empty, { path: '' })).toEqual(await parseConfig(schema, absent, { path: '' }));
  });

  it('reaches the schema only where it means something', () => {
    const kept = all.flatMap(([type, { schema }]) =>
      Object.entries(inputJsonSchema(schema)?.properties ?? {}).flatMap(([key, inner]) =>
        isKept(inner) ? [`${type}: ${key}`] : [],
      ),
    );
    expect(kept).toEqual([
      'authproxy: sharedSecret',
      'authproxy: sharedSecretFile',
      'github: org',
      'google: promptType',
      'microsoft: tenant',
      'oidc: promptType',
      'redis: prefix',
    ]);
  });

  it.each(all)('is refused under the keys that %s needs', async (_type, { schema, least: options }) => {
    const needed = configKeys(schema).filter(({ path, required }) => required && !/[[.]/u.test(path));
    for (const { path } of needed) {
      if (inputJsonSchema(schema)?.properties?.[path]?.type !== 'string') continue;
      const [first, ...more] = await told(schema, { ...options, [path]: '' });
      expect(first).toMatch(new RegExp(`^${path}: is (?:empty|no )`, 'u'));
      expect(more).toEqual([]);
    }
  });
});

describe('a value of another kind', () => {
  it.each(all)('is told in words, at every key of %s', async (_type, { schema, least: options }) => {
    for (const wrong of [7, -1, 1e9, 0.5, true, [], [7], {}, 'no such thing !']) {
      const problems = await told(
        schema,
        filled(inputJsonSchema(schema) ?? {}, options, () => wrong),
      );
      expect(problems.filter((line) => !/^[\w.[\]]+: [a-z].+\.( [A-Z].+\.)?$/u.test(line))).toEqual([]);
    }
  });
});

describe('a variable that is not set', () => {
  const github = (options: string): string =>
    minimal().replace(/connectors.*/u, `connectors: [{type: github, id: a, name: A, config: {${options}}}]`);

  it.each([
    ['github', 'org'],
    ['microsoft', 'tenant'],
  ])('opens the door of %s to nobody: %s', async (type, key) => {
    const config = minimal().replace(
      /connectors.*/u,
      `connectors: [{type: ${type}, id: a, name: A, config: {clientID: c, clientSecret: s, ${key}: $NO}}]`,
    );
    expect(await problemsOf(config)).toEqual([expect.stringContaining(`connectors[0].config.${key}: is `)]);
  });

  it('leaves a secret to its file, and is named where there is none', async () => {
    const files = { '/secret': 's' };
    expect(await problemsOf(github('clientID: c, clientSecret: $NO, clientSecretFile: /secret'), { files })).toEqual(
      [],
    );
    expect(await problemsOf(github('clientID: $NO, clientSecret: $NO, clientSecretFile: $NO'))).toEqual([
      'config.yaml:4: connectors[0].config.clientID: is empty. Set it, or check that the environment variable it names is set.',
      'config.yaml:4: connectors[0].config.clientSecret: is empty. Set clientSecret or clientSecretFile. Check that the environment variable it names is set.',
    ]);
  });
});
