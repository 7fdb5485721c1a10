/** Databases that a server keeps its records in, started for a test. */
import {
  type Restartable,
  requireCustomResources,
  requireTool,
  startCustomResources,
  startEtcd,
  startMariadb,
  startPostgres,
  temporaryFolder,
} from '@ostiary/tooling-servers';
import { documentedRights } from './kubernetes-rights.ts';

/** A database that runs. */
export interface Database extends Restartable {
  /** The password or the token that no line of a log may have. */
  readonly secret: string;
  /** Removes all that a server has made in it. */
  forget(): Promise<unknown>;
  /** The block `storage` for it, with other options where they are given. */
  block(other?: object): string;
}

/** A kind of database. */
export interface DatabaseKind {
  readonly name: string;
  /** `storage.type`, and the beginning of its events. */
  readonly type: string;
  /** Why it cannot be started here; `undefined` when it can. */
  readonly lacking: string | undefined;
  /** What a server says whose `password` is wrong; absent where it has none. */
  readonly wrongPassword?: string;
  /** Milliseconds that its first start may take; absent: as many as any hook. */
  readonly patience?: number;
  start(): Promise<Database>;
}

const wrongPassword = 'refuses this user and password. Correct them';
const blockOf = (type: string, options: object): string => `{ type: ${type}, config: ${JSON.stringify(options)} }`;

const namespace = 'dex';
const account = `${namespace}:ostiary`;

/** PostgreSQL without TLS. */
export const postgres: DatabaseKind = {
  name: 'PostgreSQL',
  type: 'postgres',
  wrongPassword,
  lacking: requireTool('postgres', 'initdb', 'psql'),
  async start() {
    const server = await startPostgres();
    const options = { ...server.login, ssl: { mode: 'disable' } };
    return Object.assign(server, {
      secret: server.login.password,
      forget: () => server.query('DROP TABLE IF EXISTS ostiary_records, ostiary_migrations'),
      block: (other = {}) => blockOf('postgres', { ...options, ...other }),
    });
  },
};

/** MariaDB without TLS. */
export const mysql: DatabaseKind = {
  name: 'MySQL',
  type: 'mysql',
  wrongPassword,
  lacking: requireTool('mariadbd', 'mariadb-install-db', 'mariadb'),
  async start() {
    const server = await startMariadb();
    const options = { ...server.login, ssl: { mode: 'false' } };
    return Object.assign(server, {
      secret: server.login.password,
      forget: () => server.query('DROP TABLE IF EXISTS ostiary.ostiary_records, ostiary.ostiary_migrations'),
      block: (other = {}) => blockOf('mysql', { ...options, ...other }),
    });
  },
};

/** etcd without TLS, as a user who may use the keys of one namespace only. */
export const etcd: DatabaseKind = {
  name: 'etcd',
  type: 'etcd',
  wrongPassword: 'refuses this username and password. Correct them',
  lacking: requireTool('etcd'),
  async start() {
    const prefix = 'dex/ostiary/';
    const server = await startEtcd({ prefix });
    const { url, login } = server;
    const options = { endpoints: [url], namespace: 'dex/', ...login };
    return Object.assign(server, {
      secret: login.password,
      forget: () => server.ask('kv/deleterange', { key: btoa(prefix), range_end: btoa('dex/ostiary0') }),
      block: (other = {}) => blockOf('etcd', { ...options, ...other }),
    });
  },
};

/** The part of a Kubernetes API server that keeps custom resources, with the rights of the documentation. */
export const kubernetes: DatabaseKind = {
  name: 'Kubernetes',
  type: 'kubernetes',
  lacking: requireCustomResources(),
  // It may have to be compiled.
  patience: 15 * 60_000,
  async start() {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await startCustomResources({ serviceAccounts: [account] }));
    await server.permit(documentedRights());
    const folder = stack.use(await temporaryFolder('server-kubeconfig'));
    const secret = `token-of-${account.replace(':', '-')}`;
    const kubeConfigFile = await folder.write('kubeconfig', server.kubeconfig(secret, namespace));
    const owned = stack.move();
    return Object.assign(server, {
      secret,
      forget: () => server.ask(`/apis/ostiary.dev/v1/namespaces/${namespace}/records`, { method: 'DELETE' }),
      block: (other = {}) => blockOf('kubernetes', { kubeConfigFile, ...other }),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    });
  },
};
