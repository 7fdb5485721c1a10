/** What must not be inside: in a package with everything it installs, or in a built file. */

export interface ClosureRule {
  /** Folder of the package, or a glob of folders. */
  readonly dir: string;
  /** Names that neither the package nor anything it installs may have; `*` is any package at all. */
  readonly forbidden: readonly string[];
  readonly because: string;
}

const servers = ['koa', '@koa/router', 'express', 'fastify', 'hono'];
const databases = ['ioredis', 'redis', 'pg', 'mysql2', 'better-sqlite3'];

export const closures: readonly ClosureRule[] = [
  { dir: 'packages/primitives', forbidden: ['*'], because: 'every other package carries it' },
  {
    dir: 'packages/storage-sdk',
    forbidden: ['jose', 'oauth4webapi', ...servers, ...databases],
    because: 'the author of a storage needs no OpenID Connect',
  },
  {
    dir: 'packages/token-core',
    forbidden: ['oauth4webapi', 'undici', ...servers, ...databases],
    because: 'who mints tokens need not serve or fetch anything',
  },
  {
    dir: 'packages/connector-sdk',
    forbidden: [...servers, ...databases],
    because: 'a connector owns no route and no storage',
  },
  {
    dir: 'packages/connectors/*',
    forbidden: [...servers, ...databases],
    because: 'a connector owns no route and no storage',
  },
  {
    dir: 'packages/issuer',
    forbidden: [...servers, ...databases],
    because: 'the protocol runs on any server and storage',
  },
  {
    dir: 'packages/storage/*',
    forbidden: ['jose', 'oauth4webapi', ...servers],
    because: 'a storage knows no protocol',
  },
];

export interface BundleRule {
  /** The built file. */
  readonly file: string;
  /** The only modules it may load, besides its own parts. */
  readonly mayLoad: readonly string[];
  readonly maxBytes: number;
  readonly because: string;
}

export const bundles: readonly BundleRule[] = [
  {
    file: 'apps/kubectl-login/dist/main.cjs',
    mayLoad: ['node:fs', 'fs'],
    maxBytes: 10_000,
    because: 'kubectl starts it for every command; a cached answer costs the start of Node and one file',
  },
];
