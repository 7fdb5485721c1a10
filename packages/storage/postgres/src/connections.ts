import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Logger } from '@ostiary/primitives';
import { retryConflicts } from '@ostiary/storage-sdk';
import { Calls, type ConnectionLog, connectionLog, readPassword } from '@ostiary/storage-sdk/server';
import { Client, Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import type { PostgresConfig } from './config.ts';
import { isConflict, isCut, isOfServer, isReadOnly, toOstiaryError, withoutValues } from './postgres-error.ts';
import { tlsOptions } from './tls-options.ts';

const ANSWER_MS = 5_000;
/** Keeps firewalls from forgetting a connection, and finds out that its other end is gone. */
const KEEP_ALIVE_MS = 10_000;
/** Above `maxIdleConns`, a connection without work is closed after this time. */
const IDLE_MS = 10_000;
const GOODBYE_MS = 1_000;
const ATTEMPTS = 10;

/**
 * Connections to one PostgreSQL. Waiting for a free one and for an answer is bounded, and one that failed is not used
 * again, so the next call connects anew. A statement that writes is not repeated when its answer was lost.
 */
export class Connections {
  readonly #pool: Pool;
  readonly #sockets: ReadonlySet<Socket>;
  readonly #log: ConnectionLog;
  readonly #calls = new Calls();

  private constructor(pool: Pool, sockets: ReadonlySet<Socket>, log: ConnectionLog) {
    this.#pool = pool;
    this.#sockets = sockets;
    this.#log = log;
    // The pool has let go of it. Without a listener, Node would end the process.
    pool.on('error', (error) => this.#failed(error));
  }

  /**
   * Connects when the first statement comes.
   *
   * @throws {OstiaryError} `config/invalid` for files that cannot be read.
   */
  static async of(config: PostgresConfig, log: Logger): Promise<Connections> {
    const sockets = new Set<Socket>();
    const pool = new Pool({
      ...(await clientOptions(config)),
      stream: () => tracked(sockets),
      Client: ClosingClient,
      max: config.maxOpenConns,
      min: config.maxIdleConns,
      idleTimeoutMillis: IDLE_MS,
      maxLifetimeSeconds: config.connMaxLifetime,
    });
    const reports = connectionLog({
      failed: (error) => log.warn('postgres.connection_failed', { error }),
      recovered: (failures) => log.info('postgres.connection_recovered', { failures }),
    });
    return new Connections(pool, sockets, reports);
  }

  /**
   * Runs one statement, which is a transaction by itself. It has no name: a pooler may give the next one to another
   * connection of the server.
   *
   * @throws {OstiaryError} `storage/unavailable`, `storage/corrupt`, and `storage/conflict` when other transactions were
   *   in the way again and again.
   */
  query<R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<QueryResult<R>> {
    return this.#run(() => this.#pool.query<R>(text, [...values]));
  }

  /**
   * Runs a statement that changes nothing; see {@link query}. When its connection was cut, it is asked once more on a new
   * one: a server that was restarted costs no reader anything.
   */
  read<R extends QueryResultRow>(text: string, values: readonly unknown[]): Promise<QueryResult<R>> {
    const ask = (): Promise<QueryResult<R>> => this.#pool.query<R>(text, [...values]);
    return this.#run(() =>
      ask().catch((error: unknown) => {
        if (!isCut(error)) throw error;
        this.#failed(error);
        return ask();
      }),
    );
  }

  /** Runs several statements in one transaction; see {@link query}. */
  transaction<R>(work: (client: PoolClient) => Promise<R>): Promise<R> {
    return this.#run(async () => {
      const client = await this.#pool.connect();
      // What ends the connection fails the statement as well, which is where it is heard.
      client.on('error', () => undefined);
      try {
        // Another default would not see what a process has done for whose lock this one has waited.
        await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
        const result = await work(client);
        await client.query('COMMIT');
        return result;
      } finally {
        // Not for use again: PostgreSQL rolls back what was not committed.
        client.release(true);
      }
    });
  }

  /** Lets no more statements in, waits for those under way, and closes, in bounded time. */
  close(): Promise<void> {
    return this.#calls.close(() => this.#end());
  }

  async #end(): Promise<void> {
    const late = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, GOODBYE_MS);
    await this.#pool.end();
    await Promise.allSettled([...this.#sockets].map((socket) => once(socket, 'close')));
    clearTimeout(late);
  }

  #run<R>(statement: () => Promise<R>): Promise<R> {
    return this.#calls.run(() => retryConflicts(() => this.#attempt(statement), { attempts: ATTEMPTS }));
  }

  async #attempt<R>(statement: () => Promise<R>): Promise<{ readonly record: R } | 'conflict'> {
    try {
      const record = await statement();
      this.#log.works();
      return { record };
    } catch (error) {
      if (isConflict(error)) return 'conflict';
      if (isOfServer(error)) this.#failed(error);
      throw toOstiaryError(error);
    }
  }

  /** What befell one connection is likely to have befallen the idle ones, and would fail one call for each of them. */
  #failed(error: unknown): void {
    const reason = withoutValues(error);
    // A standby answers readers, so each of its refusals would begin the log anew.
    if (reason instanceof Error && !isReadOnly(reason)) this.#log.failed(reason);
    const idle = Array.from({ length: this.#pool.idleCount }, () => this.#pool.connect());
    for (const connection of idle) connection.then((client) => client.release(true)).catch(() => undefined);
  }
}

type Connected = (error: Error | null, client?: Client) => void;

/** Closes what it could not log in with. pg leaves that to the server, which waits a minute for a client that gave up. */
class ClosingClient extends Client {
  override connect(): Promise<Client>;
  override connect(connected: Connected): void;
  override connect(connected?: Connected): Promise<Client> | undefined {
    if (connected === undefined) return super.connect();
    super.connect((error: Error | null, client?: Client) => {
      if (error) this.connection.stream.destroy();
      connected(error, client);
    });
    return undefined;
  }
}

/** Everything is said here, so that the client takes nothing from the environment or from files of its own. */
async function clientOptions(config: PostgresConfig): Promise<ConstructorParameters<typeof Pool>[0]> {
  const { host, port, database, user, connectionTimeout } = config;
  return {
    host,
    port,
    database,
    user,
    // Read for each connection: the file may have been replaced.
    password: async () => (await readPassword(config)) ?? '',
    ssl: await tlsOptions(config.ssl),
    sslnegotiation: 'postgres',
    application_name: 'ostiary',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: connectionTimeout * 1_000,
    // Not `statement_timeout`, which PgBouncer refuses in the first message of a connection.
    query_timeout: ANSWER_MS,
  };
}

/** Kept to be closed at the end: one that is silent would keep the process for as long as the system keeps it. */
function tracked(sockets: Set<Socket>): Socket {
  const socket = new Socket();
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  return socket;
}
