/** Databases that a server keeps its records in, started for a test. */
import { type Restartable, requireTool, startMariadb, startPostgres } from '@ostiary/tooling-servers';

/** A database that runs. */
export interface Database extends Restartable {
  readonly login: { readonly password: string };
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
  start(): Promise<Database>;
}

const blockOf = (type: string, options: object): string => `{ type: ${type}, config: ${JSON.stringify(options)} }`;

/** PostgreSQL without TLS. */
export const postgres: DatabaseKind = {
  name: 'PostgreSQL',
  type: 'postgres',
  lacking: requireTool('postgres', 'initdb', 'psql'),
  async start() {
    const server = await startPostgres();
    const options = { ...server.login, ssl: { mode: 'disable' } };
    return Object.assign(server, {
      forget: () => server.query('DROP TABLE IF EXISTS ostiary_records, ostiary_migrations'),
      block: (other = {}) => blockOf('postgres', { ...options, ...other }),
    });
  },
};

/** MariaDB without TLS. */
export const mysql: DatabaseKind = {
  name: 'MySQL',
  type: 'mysql',
  lacking: requireTool('mariadbd', 'mariadb-install-db', 'mariadb'),
  async start() {
    const server = await startMariadb();
    const options = { ...server.login, ssl: { mode: 'false' } };
    return Object.assign(server, {
      forget: () => server.query('DROP TABLE IF EXISTS ostiary.ostiary_records, ostiary.ostiary_migrations'),
      block: (other = {}) => blockOf('mysql', { ...options, ...other }),
    });
  },
};
