import { OstiaryError } from '@ostiary/primitives';
import { Client } from 'ldapts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Connection, openPool } from './pool.ts';

/** A connection without a server behind it. */
class FakeClient extends Client {
  isOpen = true;
  constructor() {
    super({ url: 'ldap://nowhere.example' });
  }
  override get isConnected(): boolean {
    return this.isOpen;
  }
  override async unbind(): Promise<void> {
    this.isOpen = false;
  }
}

function opened(limits = { maxConnections: 2, idleTimeout: 60_000, timeout: 1000 }) {
  const clients: FakeClient[] = [];
  const pool = openPool(async (): Promise<Connection> => {
    const client = new FakeClient();
    clients.push(client);
    return { client, server: { url: 'ldap://nowhere.example', host: 'nowhere.example' } };
  }, limits);
  return { pool, clients };
}

const gone = new OstiaryError('upstream/unavailable', 'gone');
const isBroken = (error: unknown): boolean => error === gone;

describe('a pool of connections', () => {
  beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
  afterEach(() => void vi.useRealTimers());

  it('lends one connection again and again', async () => {
    const { pool, clients } = opened();
    for (let turn = 0; turn < 5; turn += 1) await pool.lend(async () => turn, isBroken);
    expect(clients).toHaveLength(1);
  });

  it('opens no more than it may; the next one waits for its turn', async () => {
    const { pool, clients } = opened();
    const waiting = Promise.withResolvers<void>();
    const all = [1, 2, 3, 4].map((n) => pool.lend(() => waiting.promise.then(() => n), isBroken));
    await vi.advanceTimersByTimeAsync(500);
    expect(clients).toHaveLength(2);
    waiting.resolve();
    expect(await Promise.all(all)).toEqual([1, 2, 3, 4]);
    expect(clients).toHaveLength(2);
  });

  it('says that it is busy when a turn does not come in time', async () => {
    const { pool } = opened({ maxConnections: 1, idleTimeout: 60_000, timeout: 1000 });
    const waiting = Promise.withResolvers<void>();
    const first = pool.lend(() => waiting.promise, isBroken);
    const second = pool.lend(async () => 'second', isBroken).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1001);
    expect(await second).toMatchObject({
      code: 'upstream/unavailable',
      detail: { reason: 'every connection is in use' },
    });
    waiting.resolve();
    await first;
  });

  it('does the work once more on a new connection when one broke that was open before', async () => {
    const { pool, clients } = opened();
    await pool.lend(async () => undefined, isBroken);
    const used: unknown[] = [];
    const answer = await pool.lend(async ({ client }) => {
      used.push(client);
      if (client === clients[0]) throw gone;
      return 'answer';
    }, isBroken);
    expect(answer).toBe('answer');
    expect(used).toEqual(clients);
    await pool.lend(async ({ client }) => expect(client).toBe(clients[1]), isBroken);
  });

  it('does not do it again on a new connection, nor after an error that says nothing of the connection', async () => {
    const { pool, clients } = opened();
    const work = vi.fn(async () => Promise.reject(gone));
    await expect(pool.lend(work, isBroken)).rejects.toBe(gone);
    expect(work).toHaveBeenCalledTimes(1);
    const refused = new Error('refused');
    await pool.lend(async () => undefined, isBroken);
    await expect(pool.lend(async () => Promise.reject(refused), isBroken)).rejects.toBe(refused);
    expect(clients).toHaveLength(2);
  });

  it('replaces a connection that the server has closed, and closes those that nobody uses', async () => {
    const { pool, clients } = opened();
    await pool.lend(async () => undefined, isBroken);
    const [first] = clients;
    if (first !== undefined) first.isOpen = false;
    await pool.lend(async () => undefined, isBroken);
    expect(clients).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(120_001);
    expect(clients.map(({ isOpen }) => isOpen)).toEqual([false, false]);
  });

  it('closes all of them at the end', async () => {
    const { pool, clients } = opened();
    await pool.lend(async () => undefined, isBroken);
    await pool.close();
    expect(clients.map(({ isOpen }) => isOpen)).toEqual([false]);
  });
});
