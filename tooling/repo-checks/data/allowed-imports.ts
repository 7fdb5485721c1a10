/**
 * Who may import what. The directions are the architecture: an arrow that is missing here is missing on purpose, and
 * a new one needs a reason that a reviewer can judge. Each library stands on its own line.
 */

/** A library from npm, and why this layer may have it. */
export interface Library {
  readonly name: string;
  readonly because: string;
}

export interface Layer {
  /** Folder of the package, or a glob of folders. The first layer that matches counts. */
  readonly dir: string;
  /** Packages of this workspace, by name or by a name that ends in `*`. */
  readonly workspace: readonly string[];
  /** Packages of this workspace that tests may use besides. */
  readonly workspaceInTests?: readonly string[];
  readonly libraries: readonly Library[] | 'any';
  /** Whether Node's own modules may be used. */
  readonly node: boolean;
  /** The libraries go into the bundle at build time, so devDependencies is their place. */
  readonly bundled?: true;
}

/** Allowed in every layer but primitives. */
export const everywhere: readonly Library[] = [
  { name: 'zod', because: 'outside data is parsed once, at the edge, in every layer' },
  { name: '@standard-schema/spec', because: 'types only; lets a third party bring another validator' },
];

const primitives = '@ostiary/primitives';
const connectorSdk = '@ostiary/connector-sdk';
const storageSdk = '@ostiary/storage-sdk';
const tokenCore = '@ostiary/token-core';
const memory = '@ostiary/storage-memory';

const oauth4webapi: Library = { name: 'oauth4webapi', because: 'the OAuth 2.0 and OpenID Connect client of the house' };
const jose: Library = { name: 'jose', because: 'the only implementation of JWS, JWE and JWK in the house' };
const conformanceRunner: Library = { name: 'vitest', because: 'optional peer of ./conformance/vitest, nothing else' };

export const layers: readonly Layer[] = [
  { dir: 'packages/primitives', workspace: [], libraries: [], node: false },
  {
    dir: 'packages/connector-sdk',
    workspace: [primitives],
    libraries: [
      oauth4webapi,
      jose,
      conformanceRunner,
      { name: 'undici', because: 'trusting a private certificate authority needs an own dispatcher' },
      {
        name: 'fastest-levenshtein',
        because: 'an unknown key in a configuration is answered with the nearest known one',
      },
    ],
    node: true,
  },
  { dir: 'packages/storage-sdk', workspace: [primitives], libraries: [conformanceRunner], node: true },
  {
    dir: 'packages/token-core',
    workspace: [primitives, storageSdk],
    workspaceInTests: [memory],
    libraries: [jose],
    node: true,
  },
  {
    dir: 'packages/issuer',
    workspace: [primitives, connectorSdk, storageSdk, tokenCore],
    workspaceInTests: [memory],
    libraries: [],
    node: true,
  },
  {
    // A preset stands on the connector it presets, and on no other: docs/adr/0013-a-preset-may-stand-on-its-base.md.
    dir: 'packages/connectors/active-directory',
    workspace: [primitives, connectorSdk, '@ostiary/connector-ldap'],
    libraries: [{ name: 'ldapts', because: 'the filters that connector-ldap takes' }],
    node: true,
  },
  {
    dir: 'packages/connectors/*',
    workspace: [primitives, connectorSdk],
    libraries: [{ name: 'p-map', because: "asks a provider's API several things at a time, but not all at once" }],
    node: true,
  },
  { dir: 'packages/storage/*', workspace: [primitives, storageSdk], libraries: [], node: true },
  { dir: 'apps/server', workspace: ['@ostiary/*'], libraries: 'any', node: true },
  {
    // Of the SDK only the rules of proxies, no network and no connector: docs/adr/0016-one-rule-for-proxies.md.
    dir: 'apps/kubectl-login',
    workspace: [primitives, connectorSdk],
    libraries: [
      oauth4webapi,
      jose,
      { name: 'commander', because: 'reads the command line' },
      { name: 'https-proxy-agent', because: "a proxy together with a cluster's own certificate authority" },
      { name: 'open', because: 'shows the login page in the browser, on every platform' },
      { name: 'socks-proxy-agent', because: 'kubectl speaks SOCKS to a proxy, and https-proxy-agent does not' },
      { name: 'yaml', because: 'reads and writes kubeconfig files' },
    ],
    node: true,
    bundled: true,
  },
  { dir: 'apps/example-app', workspace: [primitives], libraries: 'any', node: true },
  { dir: 'tooling/*', workspace: ['@ostiary/*'], libraries: 'any', node: true },
];

/** What a single package may import besides its layer: the client library of its provider or database. */
export const ownLibraries: Readonly<Record<string, readonly Library[]>> = {
  'packages/connectors/google': [
    {
      name: 'lru-cache',
      because: 'remembers for a minute which groups a group is in, and not more than it has room for',
    },
  ],
  'packages/connectors/saml': [
    { name: '@xmldom/xmldom', because: 'the XML parser that xml-crypto uses: verified and read by one and the same' },
    { name: 'samlify', because: 'writes requests, logouts and our metadata; reads nothing that comes from outside' },
    { name: 'saxes', because: 'refuses XML that is not well-formed, which @xmldom/xmldom forgives; builds nothing' },
    { name: 'xml-crypto', because: 'XML signatures; answers the bytes that were signed' },
    { name: 'xml-encryption', because: 'encrypted assertions' },
  ],
  'packages/connectors/ldap': [
    { name: 'ldapts', because: 'the LDAP client; sends filters in binary form, so that nothing has to be escaped' },
    { name: 'p-timeout', because: 'ldapts sets no limit to the handshake after StartTLS, nor to a bind as a whole' },
    { name: 'tarn', because: 'a bounded pool of connections, which logins share' },
  ],
  'packages/connectors/local': [
    {
      name: '@node-rs/bcrypt',
      because: 'native bcrypt off the event loop; takes $2a$, $2b$ and $2y$, prebuilt without a script',
    },
    {
      name: '@node-rs/argon2',
      because: 'native argon2id on every supported Node; crypto.argon2 exists from Node 24 only',
    },
  ],
  'packages/connectors/oidc': [
    { name: 're2js', because: "Dex's regular expressions are RE2: linear time, so a pattern cannot hang a login" },
  ],
  'packages/storage/etcd': [
    { name: 'undici', because: 'connections that stay open, with an own certificate authority and certificate' },
  ],
  'packages/storage/mysql': [
    {
      name: 'mysql2',
      because: 'the client for MySQL and MariaDB; pure JavaScript, speaks TLS and caching_sha2_password',
    },
    { name: 'tarn', because: 'a pool that waits in bounded time, which that of mysql2 does not' },
  ],
  'packages/storage/kubernetes': [
    { name: 'undici', because: 'connections that stay open, with an own certificate authority and certificate' },
    { name: 'yaml', because: 'reads kubeconfig files' },
  ],
  'packages/storage/postgres': [
    { name: 'pg', because: 'the PostgreSQL client, with a pool; pure JavaScript, speaks TLS and SCRAM' },
  ],
  'packages/storage/redis': [
    { name: 'ioredis', because: 'the Redis client; speaks TLS, Sentinel and Cluster' },
    { name: 'p-timeout', because: 'ioredis sets no limit to a command that a Redis Cluster sends again and again' },
  ],
};

/** Contracts of which one copy must be loaded: connectors and storages take them as peers. */
export const sharedContracts: readonly string[] = [primitives, connectorSdk, storageSdk];

/** The packages that take the shared contracts as peers. */
export const plugInDirs: readonly string[] = ['packages/connectors/*', 'packages/storage/*'];
