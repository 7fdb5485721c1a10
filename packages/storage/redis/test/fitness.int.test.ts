import { silentLogger } from '@ostiary/primitives';
import { redisStorage } from '@ostiary/storage-redis';
import type { StorageDriver } from '@ostiary/storage-sdk';
import { type RedisServer, requireTool, startRedis } from '@ostiary/tooling-servers';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { configOf, deps } from './support.ts';

const lost = { code: 'storage/unavailable' };
const refused = (words: string) => ({ code: 'config/invalid', message: expect.stringContaining(words) });

describe.skipIf(requireTool('redis-server', 'redis-cli') !== undefined)('a Redis that does not fit', () => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.port);
  });
  afterAll(async () => {
    await admin.quit();
    await server[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await admin.config('SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction');
    await admin.flushall();
  });

  const open = async (options: object = {}, warn = vi.fn()): Promise<StorageDriver> =>
    redisStorage.open(await configOf({ port: server.port, ...options }), { ...deps, log: { ...silentLogger, warn } });

  /** The rights that the README lists. */
  const rights = ['+eval', '+hmget', '+hset', '+persist', '+pexpire', '+del', '+scan'];
  const openAs = async (rules: readonly string[], options: object = {}, warn = vi.fn()): Promise<StorageDriver> => {
    await admin.acl('SETUSER', 'jane', 'reset', 'on', '>pa55', '~ostiary:*', ...rules);
    return open({ username: 'jane', password: 'pa55', ...options }, warn);
  };

  it('lets a user work who has the rights that are needed and no others', async () => {
    await using storage = await openAs(rights);
    const expiresAt = new Date(Date.now() + 60_000);
    expect((await storage.put(['a', 'b'], 1, { ifVersion: 'absent', expiresAt })).written).toBe(true);
    expect((await storage.put(['a', 'b'], 2, { ifVersion: 'any' })).written).toBe(true);
    expect((await storage.scan({ prefix: [], limit: 10 })).keys).toEqual([['a', 'b']]);
    expect((await storage.take(['a', 'b']))?.value).toBe(2);
  });

  it.each(rights)('refuses a user without %s at the start', async (right) => {
    await expect(openAs(rights.filter((other) => other !== right))).rejects.toMatchObject(refused('read and write'));
  });

  it('lets such a user work in another database and in a cluster with the rights for that', async () => {
    await using other = await openAs([...rights, '+select'], { database: 2 });
    expect((await other.put(['a', 'b'], 1, { ifVersion: 'any' })).written).toBe(true);
    await using node = await startRedis({ cluster: {} });
    const toNode = new Redis(node.port);
    await toNode.acl('SETUSER', 'jane', 'on', '>pa55', '~ostiary:*', ...rights, '+cluster|slots', '+cluster|info');
    await toNode.quit();
    const cluster = [{ host: '127.0.0.1', port: node.port }];
    const config = await configOf({ cluster, username: 'jane', password: 'pa55' });
    await using storage = await redisStorage.open(config, deps);
    expect((await storage.put(['a', 'b'], 1, { ifVersion: 'any' })).written).toBe(true);
  });

  it('refuses a database that there is not, or that the user may not choose, and writes to no other', async () => {
    await expect(open({ database: 99 })).rejects.toMatchObject(refused('no database of that number'));
    await expect(openAs(rights, { database: 2 })).rejects.toMatchObject(refused('read and write'));
    await using storage = await openAs([...rights, '+select'], { database: 2 });
    await admin.acl('SETUSER', 'jane', '-select');
    await admin.client('KILL', 'USER', 'jane');
    const write = async (): Promise<boolean> => (await storage.put(['a', 'b'], 1, { ifVersion: 'any' })).written;
    for (let round = 0; round < 2; round += 1) await expect(write()).rejects.toMatchObject(lost);
    expect(await admin.dbsize()).toBe(0);
    await admin.acl('SETUSER', 'jane', '+select');
    await expect.poll(() => write().catch(() => false), { timeout: 10_000 }).toBe(true);
    expect(await admin.dbsize()).toBe(0);
  });

  it('leaves no record of the trial behind', async () => {
    await using _storage = await open();
    expect(await admin.dbsize()).toBe(0);
  });

  it('is told at the start when it is a replica', async () => {
    await using replica = await startRedis();
    const toReplica = new Redis(replica.port);
    await toReplica.replicaof('127.0.0.1', server.port);
    await toReplica.quit();
    await expect(open({ port: replica.port })).rejects.toMatchObject(refused('replica'));
  });

  it('is connected to anew when it became a replica, as another node may have the address now', async () => {
    await using node = await startRedis();
    await using storage = await open({ port: node.port });
    const toNode = new Redis(node.port);
    const received = async (): Promise<number> =>
      Number(/total_connections_received:(\d+)/.exec(await toNode.info('stats'))?.[1]);
    await toNode.replicaof('127.0.0.1', server.port);
    const before = await received();
    await expect(storage.put(['a', 'b'], 1, { ifVersion: 'any' })).rejects.toMatchObject(lost);
    await expect.poll(received, { timeout: 10_000 }).toBeGreaterThan(before);
    await toNode.replicaof('NO', 'ONE');
    await toNode.quit();
    expect((await storage.put(['a', 'b'], 1, { ifVersion: 'any' })).written).toBe(true);
  });

  it('is warned of when it throws records away for room', async () => {
    const warn = vi.fn();
    await using _kept = await open({}, warn);
    expect(warn).not.toHaveBeenCalled();
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await using _evicted = await open({}, warn);
    expect(warn.mock.calls).toEqual([['redis.evicts_records', { policy: 'allkeys-lru' }]]);
    await using _unseen = await openAs(rights, {}, warn);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('takes no record for which it has no room, be it new or not', async () => {
    await using storage = await open();
    await storage.put(['small', 'a'], 1, { ifVersion: 'any' });
    await admin.config('SET', 'maxmemory', '1mb');
    const large = 'x'.repeat(500_000);
    await expect(storage.put(['large', 'a'], large, { ifVersion: 'any' })).rejects.toMatchObject(lost);
    await expect(storage.put(['small', 'a'], large, { ifVersion: 'any' })).rejects.toMatchObject(lost);
    expect((await storage.get(['small', 'a']))?.value).toBe(1);
  });
});
