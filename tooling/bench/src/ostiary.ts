/** The built server as an operator runs it, with log and counters unless they are not wanted. */
import { join } from 'node:path';
import { freePort, type OstiaryServer, startOstiary, startRedis, temporaryFolder } from '@ostiary/tooling-servers';
import { type FlowEndpoints, logIn, relyingParty } from './flow.ts';
import { times } from './load.ts';
import type { SigningAlgorithm } from './signing.ts';

const main = join(import.meta.dirname, '../../../apps/server/dist/main.js');

const person = { login: 'admin@example.com', password: 'password' };
/** Of that password; everybody may know it. */
const PASSWORD_HASH = '$2y$10$t9j6A1CN4S41ZotMe601U.U6NWfS3QwGWNAfuGrJXzZ3z1SWlZGpe';

export type StorageName = 'memory' | 'SQLite' | 'Redis';

export interface Contender extends AsyncDisposable {
  readonly url: string;
  readonly server: OstiaryServer;
  /** The database file of SQLite. */
  readonly database: string;
  readonly flow: FlowEndpoints;
}

export interface ContenderOptions {
  readonly storage: StorageName;
  readonly algorithm: SigningAlgorithm;
  /**
   * `on`, the default: the log goes into a file, one line a request, and everything is counted. `off`: only errors are
   * logged, and nothing is counted because there is no port to read it at.
   */
  readonly logAndCounters?: 'on' | 'off';
}

/**
 * Starts it on a free port. A refresh token rotates at every use, without the interval in which a retry gets the same
 * answer.
 */
export async function startContender(options: ContenderOptions): Promise<Contender> {
  const { storage, algorithm, logAndCounters = 'on' } = options;
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('bench'));
  const database = join(folder.path, 'ostiary.db');
  const redis = storage === 'Redis' ? stack.use(await startRedis()) : undefined;
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}/dex`;
  const server = stack.use(
    await startOstiary({
      command: '/bin/sh',
      // `exec`: the shell is gone, the process id is the server's.
      args: (file) => ['-c', 'exec "$0" "$@" 2>>"$LOG"', process.execPath, main, 'serve', file],
      env: { LOG: join(folder.path, 'log'), NODE_ENV: 'production' },
      config: configuration({
        ...{ url, address, algorithm, logAndCounters },
        storage: storageBlock(storage, database, redis?.port),
      }),
      readyUrl: `${url}/healthz`,
    }),
  );
  const owned = stack.move();
  const flow = { authorization: `${url}/auth/mock`, token: `${url}/token`, scope: 'openid email groups' };
  return { url, server, database, flow, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function storageBlock(name: StorageName, database: string, redisPort: number | undefined): string {
  if (name === 'memory') return '{ type: memory }';
  if (name === 'SQLite') return `{ type: sqlite3, config: { file: ${database} } }`;
  return `{ type: redis, config: { port: ${redisPort} } }`;
}

interface Blocks {
  readonly url: string;
  readonly address: string;
  readonly algorithm: string;
  readonly storage: string;
  readonly logAndCounters: 'on' | 'off';
}

const observed = {
  on: 'telemetry: { http: "127.0.0.1:0" }\nlogger: { level: info, format: json }',
  off: 'logger: { level: error, format: json }',
};

function configuration({ url, address, algorithm, storage, logAndCounters }: Blocks): string {
  const { clientId, clientSecret, redirectUri } = relyingParty;
  return `
issuer: ${url}
storage: ${storage}
web: { http: "${address}" }
${observed[logAndCounters]}
signer: { type: local, config: { keysRotationPeriod: 6h, algorithm: ${algorithm} } }
expiry: { refreshTokens: { reuseInterval: 0s } }
oauth2: { skipApprovalScreen: true }
connectors: [{ type: mockCallback, id: mock, name: Mock }]
enablePasswordDB: true
staticPasswords:
  - { email: ${person.login}, hash: "${PASSWORD_HASH}", username: admin, userID: "1", groups: [authors] }
staticClients:
  - { id: ${clientId}, name: App, secret: ${clientSecret}, redirectURIs: ["${redirectUri}"] }
  - { id: kubectl, name: kubectl, public: true }
`;
}

/** Refresh tokens of as many logins with name and password: a user whose upstream needs no token to be kept. */
export async function refreshTokens({ url, flow }: Contender, count: number): Promise<readonly string[]> {
  const tokens: string[] = [];
  const asked = { ...flow, authorization: `${url}/auth/local`, scope: `${flow.scope} offline_access`, person };
  await times(
    async () => {
      const { refresh_token: token } = await logIn(asked);
      if (typeof token !== 'string') throw new Error('a login gave no refresh token');
      tokens.push(token);
    },
    8,
    count,
  );
  return tokens;
}
