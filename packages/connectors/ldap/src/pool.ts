/** Connections of the service account that stay open from one login to the next. */
import { OstiaryError } from '@ostiary/primitives';
import type { Client } from 'ldapts';
import { Pool, TimeoutError } from 'tarn';
import { close } from './connection.ts';
import type { Server } from './servers.ts';

/** A connection that is bound as the service account. */
export interface Connection {
  readonly client: Client;
  readonly server: Server;
}

/** How many connections there may be, and for how long. */
export interface PoolLimits {
  readonly maxConnections: number;
  /** Milliseconds after which a connection that nobody uses is closed. */
  readonly idleTimeout: number;
  /** Milliseconds that a login waits for a connection. */
  readonly timeout: number;
}

/** The connections. */
export interface ConnectionPool {
  /**
   * Lends a connection for some work; nobody else has it meanwhile. One that breaks, and was open before, is replaced,
   * and the work is done once more: the server may have closed it long ago.
   *
   * @param isBroken whether an error means that the connection is of no use any more.
   * @throws {OstiaryError} `upstream/unavailable` when all are in use for too long; else what `open` or the work throws.
   */
  lend<T>(work: (connection: Connection) => Promise<T>, isBroken: (error: unknown) => boolean): Promise<T>;
  close(): Promise<void>;
}

/** Opens a pool; nothing is connected yet. */
export function openPool(open: () => Promise<Connection>, limits: PoolLimits): ConnectionPool {
  const { maxConnections: max, idleTimeout: idleTimeoutMillis, timeout } = limits;
  const broken = new WeakSet<Connection>();
  const used = new WeakSet<Connection>();
  const pool = new Pool<Connection>({
    create: open,
    destroy: ({ client }) => close(client),
    validate: (connection) => connection.client.isConnected && !broken.has(connection),
    ...{ min: 0, max, idleTimeoutMillis, reapIntervalMillis: idleTimeoutMillis },
    acquireTimeoutMillis: timeout,
    propagateCreateError: true,
  });
  const attempt: ConnectionPool['lend'] = async (work, isBroken) => {
    const connection = await pool.acquire().promise.catch(rethrow);
    const isFresh = !used.has(connection);
    used.add(connection);
    try {
      return await work(connection);
    } catch (error) {
      if (!isBroken(error)) throw error;
      broken.add(connection);
      if (isFresh) throw error;
    } finally {
      pool.release(connection);
    }
    return attempt(work, isBroken);
  };
  return { lend: attempt, close: async () => void (await pool.destroy()) };
}

function rethrow(error: unknown): never {
  if (!(error instanceof TimeoutError)) throw error;
  const message = 'Too many people log in at this moment. Try again later.';
  throw new OstiaryError('upstream/unavailable', message, { detail: { reason: 'every connection is in use' } });
}
