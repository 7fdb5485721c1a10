import type { Socket } from 'node:net';
import type { Logger } from '@ostiary/primitives';
import { retryConflicts } from '@ostiary/storage-sdk';
import { type ConnectionLog, connectionLog, readPassword } from '@ostiary/storage-sdk/server';
import type { SslOptions } from 'mysql2';
import { Pool, TimeoutError } from 'tarn';
import type { MysqlConfig } from './config.ts';
import { type Answer, Connection, GOODBYE_MS, openSocket } from './connection.ts';
import { endsConnection, isConflict, isCut, isLockTimeout, isReadOnly, toOstiaryError } from './mysql-error.ts';
import type { Value } from './statements.ts';
import { tlsOptions } from './tls-options.ts';

/** Above `maxIdleConns`, a connection without work is closed after this time. */
const IDLE_MS = 10_000;
/** Longer than the client waits, so that its own error, which says more, is the one that is heard. */
const GRACE_MS = 500;
const ATTEMPTS = 10;
/** Each costs the second that a server waits for a lock. */
const MOST_LOCK_TIMEOUTS = 2;

interface Pooled {
  readonly connection: Connection;
  /** How often all connections had been given up when this one was opened. */
  readonly generation: number;
}

/**
 * Connections to one MySQL or MariaDB. Waiting for a free one and for an answer is bounded, and one that failed is not used
 * again, so the next call connects anew. A statement that writes is not repeated when its answer was lost.
 */
export class Connections {
  readonly #pool: Pool<Pooled>;
  readonly #log: ConnectionLog;
  readonly #sockets = new Set<Socket>();
  readonly #opening = new Set<Socket>();
  #generation = 0;

  private constructor(config: MysqlConfig, ssl: SslOptions | undefined, log: Logger) {
    this.#log = connectionLog({
      failed: (error) => log.warn('mysql.connection_failed', { error }),
      recovered: (failures) => log.info('mysql.connection_recovered', { failures }),
    });
    this.#pool = new Pool<Pooled>({
      create: () => this.#open(config, ssl),
      validate: ({ connection, generation }) =>
        generation === this.#generation && connection.isUsable && !isOld(connection, config),
      destroy: ({ connection }) => connection.close(),
      min: Math.min(config.maxIdleConns, config.maxOpenConns),
      max: config.maxOpenConns,
      idleTimeoutMillis: IDLE_MS,
      acquireTimeoutMillis: config.connectionTimeout * 1_000 + GRACE_MS,
      createTimeoutMillis: config.connectionTimeout * 1_000 + GRACE_MS,
      propagateCreateError: true,
    });
  }

  /**
   * Connects when the first statement comes.
   *
   * @throws {OstiaryError} `config/invalid` for files that cannot be read.
   */
  static async of(config: MysqlConfig, log: Logger): Promise<Connections> {
    return new Connections(config, await tlsOptions(config.ssl), log);
  }

  /**
   * Runs one statement, which is a transaction by itself. It is sent as text, not prepared: a proxy may give the next one to
   * another connection of the server.
   *
   * @throws {OstiaryError} `storage/unavailable`, `storage/corrupt`, and `storage/conflict` when other transactions were
   *   in the way again and again.
   */
  query<R>(text: string, values: readonly Value[] = []): Promise<Answer<R>> {
    return this.#run(() => this.#ask<R>(text, values));
  }

  /**
   * Runs a statement that changes nothing; see {@link query}. When its connection was cut, it is asked once more on a new
   * one: a server that was restarted costs no reader anything.
   */
  read<R>(text: string, values: readonly Value[]): Promise<Answer<R>> {
    return this.#run(async () => {
      try {
        return await this.#ask<R>(text, values);
      } catch (error) {
        if (!isCut(error)) throw error;
        this.#tell(error);
        return this.#ask<R>(text, values);
      }
    });
  }

  /** Closes what is open, in bounded time. No statement may be under way. */
  async close(): Promise<void> {
    // The pool waits for connections that are being made.
    const late = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, GOODBYE_MS);
    await this.#pool.destroy();
    clearTimeout(late);
  }

  async #open(config: MysqlConfig, ssl: SslOptions | undefined): Promise<Pooled> {
    const generation = this.#generation;
    try {
      return { connection: await this.#connect(config, ssl), generation };
    } catch (error) {
      // It was given up with the others, which says nothing of a new one.
      if (generation === this.#generation) throw error;
      return { generation: this.#generation, connection: await this.#connect(config, ssl) };
    }
  }

  async #connect(config: MysqlConfig, ssl: SslOptions | undefined): Promise<Connection> {
    // Read for each connection: the file may have been replaced.
    const password = await readPassword(config);
    const socket = openSocket(config);
    this.#sockets.add(socket);
    this.#opening.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    try {
      return await Connection.open({ config, password, ssl, socket });
    } finally {
      this.#opening.delete(socket);
    }
  }

  /** A failure to connect says nothing of the connections there are: a password that was replaced leaves them as they are. */
  async #ask<R>(text: string, values: readonly Value[]): Promise<Answer<R>> {
    const one = await this.#pool.acquire().promise;
    try {
      return await one.connection.query<R>(text, values);
    } catch (error) {
      // Those that were opened since it was given up are others.
      if (endsConnection(error) && one.generation === this.#generation) this.#giveUp();
      throw error;
    } finally {
      this.#pool.release(one);
    }
  }

  /** What befell one connection is likely to have befallen the others, and would fail one call for each of them. */
  #giveUp(): void {
    this.#generation += 1;
    for (const socket of this.#opening) socket.destroy();
  }

  #run<R>(statement: () => Promise<R>): Promise<R> {
    let lockTimeouts = 0;
    const attempt = async (): Promise<{ readonly record: R } | 'conflict'> => {
      try {
        const record = await statement();
        this.#log.works();
        return { record };
      } catch (error) {
        if (isLockTimeout(error)) lockTimeouts += 1;
        if (isConflict(error) || (isLockTimeout(error) && lockTimeouts < MOST_LOCK_TIMEOUTS)) return 'conflict';
        // All are at work: nothing is known of them.
        if (error instanceof TimeoutError) throw toOstiaryError(undefined);
        if (endsConnection(error)) this.#tell(error);
        throw toOstiaryError(error);
      }
    };
    return retryConflicts(attempt, { attempts: ATTEMPTS });
  }

  #tell(error: unknown): void {
    // A replica answers readers, so each of its refusals would begin the log anew.
    if (error instanceof Error && !isReadOnly(error)) this.#log.failed(error);
  }
}

function isOld(connection: Connection, { connMaxLifetime }: MysqlConfig): boolean {
  return connMaxLifetime > 0 && connection.age > connMaxLifetime * 1_000;
}
