import { OstiaryError } from '@ostiary/primitives';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fate } from './failure.ts';
import { openPool } from './pool.ts';

/** A connection without a server behind it. */
class FakeConnection {
  isOpen = true;
  readonly server: string;
  constructor(server: string) {
    this.server = server;
  }
  isUsable(): boolean {
    return this.isOpen;
  }
  async close(): Promise<void> {
    this.isOpen = false;
  }
}

const limits = { maxConnections: 2, idleTimeout: 60_000 };

function opened({ maxConnections = limits.maxConnections, servers = ['first'] } = {}) {
  const opened: FakeConnection[] = [];
  let turn = 0;
  const source = {
    async open() {
      const connection = new FakeConnection(servers[turn] ?? '');
      opened.push(connection);
      return connection;
    },
    turnAway({ server }: FakeConnection) {
      if (servers[turn] === server) turn = (turn + 1) % servers.length;
    },
    hasOthers: servers.length > 1,
    longest: 1000,
  };
  return { pool: openPool(source, { ...limits, maxConnections }), opened };
}

const gone = new OstiaryError('upstream/unavailable', 'gone');
const busy = new OstiaryError('upstream/unavailable', 'busy');
const fateOf = (error: unknown): Fate | undefined =>
  error === gone ? 'lost' : error === busy ? 'elsewhere' : undefined;

describe('a pool of connections', () => {
  beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
  afterEach(() => void vi.useRealTimers());

  it('lends one connection again and again', async () => {
    const { pool, opened: all } = opened();
    for (let turn = 0; turn < 5; turn += 1) await pool.lend(async () => turn, fateOf);
    expect(all).toHaveLength(1);
  });

  it('opens no more than it may; the next one waits for its turn', async () => {
    const { pool, opened: all } = opened();
    const waiting = Promise.withResolvers<void>();
    const four = [1, 2, 3, 4].map((n) => pool.lend(() => waiting.promise.then(() => n), fateOf));
    await vi.advanceTimersByTimeAsync(500);
    expect(all).toHaveLength(2);
    waiting.resolve();
    expect(await Promise.all(four)).toEqual([1, 2, 3, 4]);
    expect(all).toHaveLength(2);
  });

  it('says that it is busy when a turn does not come in time', async () => {
    const { pool } = opened({ maxConnections: 1 });
    const waiting = Promise.withResolvers<void>();
    const first = pool.lend(() => waiting.promise, fateOf);
    const second = pool.lend(async () => 'second', fateOf).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1001);
    expect(await second).toMatchObject({
      code: 'upstream/unavailable',
      detail: { reason: 'every connection is in use' },
    });
    waiting.resolve();
    await first;
  });

  it('does the work once more on a new connection when one was lost that was open before', async () => {
    const { pool, opened: all } = opened();
    await pool.lend(async () => undefined, fateOf);
    const used: unknown[] = [];
    const answer = await pool.lend(async (connection) => {
      used.push(connection);
      if (connection === all[0]) throw gone;
      return 'answer';
    }, fateOf);
    expect(answer).toBe('answer');
    expect(used).toEqual(all);
    await pool.lend(async (connection) => expect(connection).toBe(all[1]), fateOf);
  });

  it('drops all that were open before when one of them is lost, not those that were opened since', async () => {
    const { pool, opened: all } = opened({ maxConnections: 3 });
    const waiting = Promise.withResolvers<void>();
    const three = [1, 2, 3].map(() => pool.lend(() => waiting.promise, fateOf));
    await vi.advanceTimersByTimeAsync(0);
    waiting.resolve();
    await Promise.all(three);
    const old = new Set(all);
    const late = Promise.withResolvers<void>();
    const failing = vi.fn(async (connection: FakeConnection) => old.has(connection) && Promise.reject(gone));
    const slow = pool.lend(async (connection) => {
      if (old.has(connection)) await late.promise;
      return failing(connection);
    }, fateOf);
    await pool.lend(failing, fateOf);
    late.resolve();
    await slow;
    await pool.lend(failing, fateOf);
    expect(failing).toHaveBeenCalledTimes(5);
    expect(all.map(({ isOpen }) => isOpen)).toEqual([false, false, false, true]);
  });

  it('tries a new connection to the only server once, and asks another server where there is one', async () => {
    const one = opened();
    const work = vi.fn(async (_connection: FakeConnection) => Promise.reject(gone));
    await expect(one.pool.lend(work, fateOf)).rejects.toBe(gone);
    expect(work).toHaveBeenCalledTimes(1);
    const two = opened({ servers: ['first', 'second', 'third'] });
    work.mockClear();
    await expect(two.pool.lend(work, fateOf)).rejects.toBe(gone);
    expect(work.mock.calls.map(([{ server }]) => server)).toEqual(['first', 'second']);
  });

  it('goes to the next server, once, when one says that another should be asked', async () => {
    const work = vi.fn(async ({ server }: FakeConnection) => (server === 'first' ? Promise.reject(busy) : server));
    const two = opened({ servers: ['first', 'second'] });
    expect(await two.pool.lend(work, fateOf)).toBe('second');
    expect(await two.pool.lend(work, fateOf)).toBe('second');
    const one = opened();
    work.mockClear();
    await one.pool.lend(async () => undefined, fateOf);
    await expect(one.pool.lend(work, fateOf)).rejects.toBe(busy);
    expect([work.mock.calls.length, one.opened.map(({ isOpen }) => isOpen)]).toEqual([1, [true]]);
  });

  it('does nothing again after an error that says nothing of the connection', async () => {
    const { pool, opened: all } = opened({ servers: ['first', 'second'] });
    const refused = new Error('refused');
    await pool.lend(async () => undefined, fateOf);
    const work = vi.fn(async () => Promise.reject(refused));
    await expect(pool.lend(work, fateOf)).rejects.toBe(refused);
    expect([work.mock.calls.length, all.length]).toEqual([1, 1]);
  });

  it('replaces a connection that the server has closed, and closes those that nobody uses', async () => {
    const { pool, opened: all } = opened();
    await pool.lend(async () => undefined, fateOf);
    const [first] = all;
    if (first !== undefined) first.isOpen = false;
    await pool.lend(async () => undefined, fateOf);
    expect(all).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(120_001);
    expect(all.map(({ isOpen }) => isOpen)).toEqual([false, false]);
  });

  it('closes all of them at the end', async () => {
    const { pool, opened: all } = opened();
    await pool.lend(async () => undefined, fateOf);
    await pool.close();
    expect(all.map(({ isOpen }) => isOpen)).toEqual([false]);
  });
});
