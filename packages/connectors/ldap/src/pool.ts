/** Connections of the service account that stay open from one login to the next. */
import { OstiaryError } from '@ostiary/primitives';
import { Pool, TimeoutError } from 'tarn';
import type { Connection } from './connection.ts';
import type { ConnectionSource } from './failover.ts';
import type { Fate } from './failure.ts';

/** What the pool needs of a connection. */
export type Poolable = Pick<Connection, 'isUsable' | 'close'>;

/** How many connections there may be, and for how long. */
export interface PoolLimits {
  readonly maxConnections: number;
  /** Milliseconds after which a connection that nobody uses is closed. */
  readonly idleTimeout: number;
}

/** The connections. */
export interface ConnectionPool<C> {
  /**
   * Lends a connection for some work; nobody else has it meanwhile. When it is lost, so are in all likelihood the others
   * that are open: they are dropped, and the work is done once more on a new one, at another server if there is one. A
   * new connection to the only server is not tried twice.
   *
   * @param fateOf what an error means for the connection; `undefined`: nothing.
   * @throws {OstiaryError} `upstream/unavailable` when all are in use for too long; else what `open` or the work throws.
   */
  lend<T>(work: (connection: C) => Promise<T>, fateOf: (error: unknown) => Fate | undefined): Promise<T>;
  close(): Promise<void>;
}

interface Pooled<C> {
  readonly connection: C;
  /** How often connections had been dropped when this one was opened. */
  readonly generation: number;
  wasUsed: boolean;
}

/** Opens a pool; nothing is connected yet. */
export function openPool<C extends Poolable>(source: ConnectionSource<C>, limits: PoolLimits): ConnectionPool<C> {
  let generation = 0;
  const pool = pooled(source, limits, () => generation);
  const drop = (one: Pooled<C>): void => {
    source.turnAway(one.connection);
    // Whoever comes later with a connection of the same time does not drop those that were opened meanwhile.
    if (one.generation === generation) generation += 1;
  };
  const attempt = async <T>({ work, fateOf, isLast }: Attempt<C, T>): Promise<T> => {
    const one = await pool.acquire().promise.catch(rethrow);
    const { wasUsed } = one;
    one.wasUsed = true;
    try {
      return await work(one.connection);
    } catch (error) {
      const fate = fateOf(error);
      if (fate === 'lost' || (fate === 'elsewhere' && source.hasOthers)) drop(one);
      const isWorthwhile = source.hasOthers || (fate === 'lost' && wasUsed);
      if (fate === undefined || isLast || !isWorthwhile) throw error;
    } finally {
      pool.release(one);
    }
    return attempt({ work, fateOf, isLast: true });
  };
  return {
    lend: (work, fateOf) => attempt({ work, fateOf, isLast: false }),
    close: async () => void (await pool.destroy()),
  };
}

interface Attempt<C, T> {
  readonly work: (connection: C) => Promise<T>;
  readonly fateOf: (error: unknown) => Fate | undefined;
  readonly isLast: boolean;
}

function pooled<C extends Poolable>(
  source: ConnectionSource<C>,
  { maxConnections: max, idleTimeout: idleTimeoutMillis }: PoolLimits,
  generation: () => number,
): Pool<Pooled<C>> {
  return new Pool<Pooled<C>>({
    create: async () => ({ connection: await source.open(), generation: generation(), wasUsed: false }),
    destroy: ({ connection }) => connection.close(),
    validate: (one) => one.generation === generation() && one.connection.isUsable(),
    ...{ min: 0, max, idleTimeoutMillis, reapIntervalMillis: idleTimeoutMillis },
    // The first login after an outage waits until every server was tried.
    ...{ acquireTimeoutMillis: source.longest, createTimeoutMillis: source.longest },
    propagateCreateError: true,
  });
}

function rethrow(error: unknown): never {
  if (!(error instanceof TimeoutError)) throw error;
  const message = 'Too many people log in at this moment. Try again later.';
  throw new OstiaryError('upstream/unavailable', message, { detail: { reason: 'every connection is in use' } });
}
