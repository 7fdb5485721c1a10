import { inspect } from 'node:util';
import { silentLogger } from '@ostiary/primitives';
import { redisStorage } from '@ostiary/storage-redis';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { freePort, requireTool, startFaultProxy, startRedis } from '@ostiary/tooling-servers';
import { describe, expect, it, vi } from 'vitest';
import { configOf, deps } from './support.ts';

const key: Key = ['a', 'b'];
const lost = { code: 'storage/unavailable' };
const healing = { timeout: 20_000, interval: 100 };

/** A storage behind a proxy, on a single Redis or on a cluster of one node. */
async function openBehindProxy(kind: 'single' | 'cluster') {
  await using stack = new AsyncDisposableStack();
  const announcedPort = await freePort();
  const server = stack.use(await startRedis(kind === 'cluster' ? { cluster: { announcedPort } } : {}));
  const proxy = stack.use(await startFaultProxy(announcedPort, server.port));
  const address = { host: '127.0.0.1', port: announcedPort };
  const config = await configOf(kind === 'cluster' ? { cluster: [address] } : address);
  const storage = stack.use(await redisStorage.open(config, deps));
  const owned = stack.move();
  return { server, proxy, storage, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const reader = (storage: StorageDriver) => async () => (await storage.get(key).catch(() => undefined))?.value;

describe.skipIf(requireTool('redis-server', 'redis-cli') !== undefined)('redis', () => {
  describe.each(['single', 'cluster'] as const)('%s', (kind) => {
    it('does not send a write again whose answer was lost, and does not call it refused', async () => {
      await using all = await openBehindProxy(kind);
      const first = await all.storage.put(key, 1, { ifVersion: 'absent' });
      all.proxy.loseNextReply();
      const ifVersion = first.written ? first.version : '';
      await expect(all.storage.put(key, 2, { ifVersion })).rejects.toMatchObject(lost);
      await expect.poll(reader(all.storage), healing).toBe(2);
    });

    it('does not call a record absent whose answer was lost', async () => {
      await using all = await openBehindProxy(kind);
      await all.storage.put(key, 1, { ifVersion: 'absent' });
      all.proxy.loseNextReply();
      await expect(all.storage.take(key)).rejects.toMatchObject(lost);
    });

    it('gives up a connection that fell silent, and goes on with another', async () => {
      await using all = await openBehindProxy(kind);
      await all.storage.put(key, 1, { ifVersion: 'absent' });
      all.proxy.silence();
      await expect(all.storage.get(key)).rejects.toMatchObject(lost);
      await expect.poll(reader(all.storage), healing).toBe(1);
    });

    it('that is gone is told in bounded time, also to who closes', async () => {
      await using all = await openBehindProxy(kind);
      await all.server.kill();
      await expect(all.storage.get(key)).rejects.toMatchObject(lost);
      await expect(all.storage.put(key, 1, { ifVersion: 'any' })).rejects.toMatchObject(lost);
      await all.storage[Symbol.asyncDispose]();
    });

    it('that does not talk at all is told at the start', async () => {
      await using server = await startRedis();
      const port = await freePort();
      await using proxy = await startFaultProxy(port, server.port);
      const address = { host: '127.0.0.1', port };
      const config = await configOf(kind === 'cluster' ? { cluster: [address] } : address);
      proxy.silenceAll();
      await expect(redisStorage.open(config, deps)).rejects.toMatchObject(lost);
    });
  });

  it('cluster with a wrong password is wrong configuration, and the password is in no log and no error', async () => {
    await using server = await startRedis({ password: 'right-1', cluster: {} });
    const warn = vi.fn();
    const config = await configOf({ cluster: [{ host: '127.0.0.1', port: server.port }], password: 'wrong-2' });
    const error: unknown = await redisStorage
      .open(config, { ...deps, log: { ...silentLogger, warn } })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'config/invalid' });
    expect(warn).toHaveBeenCalled();
    expect(inspect([error, warn.mock.calls], { depth: 20 })).not.toContain('wrong-2');
  });
});
