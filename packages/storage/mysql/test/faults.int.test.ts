import { inspect } from 'node:util';
import { silentLogger } from '@ostiary/primitives';
import { mysqlStorage } from '@ostiary/storage-mysql';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { freePort, startFaultProxy, startMariadb } from '@ostiary/tooling-servers';
import { testStorageFaults } from '@ostiary/tooling-servers/storage-faults';
import { describe, expect, it, vi } from 'vitest';
import { configOf, createUser, deps, noMariadb, optionsOf } from './support.ts';

const key: Key = ['a', 'b'];
const lost = { code: 'storage/unavailable' };
const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describe.skipIf(noMariadb !== undefined)('MariaDB', () => {
  const server = testStorageFaults({
    type: 'mysql',
    start: () => startMariadb(),
    open: async (running, { log, options }) =>
      mysqlStorage.open(await configOf({ ...optionsOf(running), ...options }), { ...deps, log }),
  });
  const open = async (options: object = {}, log = deps.log): Promise<StorageDriver> =>
    mysqlStorage.open(await configOf({ ...optionsOf(server()), ...options }), { ...deps, log });

  it('is not said to have no record when the answer to its removal was lost, and gets no second removal', async () => {
    const port = await freePort();
    await using proxy = await startFaultProxy(port, server().port);
    await using storage = await open({ port });
    await storage.put(key, 1, { ifVersion: 'any' });
    proxy.loseNextReply(1);
    await expect(storage.take(key)).rejects.toMatchObject(lost);
    expect(await storage.get(key)).toBeUndefined();
  });

  it('whose connections fell silent while others were being made fails nobody who waits for those', async () => {
    const jane = await createUser(server(), 'waiting');
    const port = await freePort();
    await using proxy = await startFaultProxy(port, server().port);
    await using storage = await open({ ...jane, port });
    const before = sockets();
    proxy.silenceAll();
    const write = expect(storage.put(key, 1, { ifVersion: 'any' })).rejects.toMatchObject(lost);
    const others = Array.from({ length: 4 }, (_, index) => storage.put(['k', `${index}`], 1, { ifVersion: 'absent' }));
    // Four of the storage, and two of the proxy for each.
    await expect.poll(sockets).toBe(before + 12);
    proxy.silence();
    const began = performance.now();
    await server().query('KILL USER waiting');
    await write;
    expect((await Promise.all(others)).map(({ written }) => written)).toEqual(Array(4).fill(true));
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('that stands still does not keep who closes', async () => {
    // Those of the test before.
    await expect.poll(sockets).toBe(0);
    const storage = await open();
    // With calls answered by connections that were free sooner, others are still being made.
    await Promise.all(Array.from({ length: 5 }, () => storage.get(key)));
    process.kill(server().pid, 'SIGSTOP');
    try {
      const began = performance.now();
      await storage[Symbol.asyncDispose]();
      expect(performance.now() - began).toBeLessThan(2_500);
      await expect.poll(sockets).toBe(0);
    } finally {
      process.kill(server().pid, 'SIGCONT');
    }
  });

  it('that is not logged in to is left at once', async () => {
    // Those of the test before.
    await expect.poll(sockets).toBe(0);
    const began = performance.now();
    await expect(open({ password: 'wrong' })).rejects.toMatchObject({ code: 'config/invalid' });
    expect(performance.now() - began).toBeLessThan(500);
    await expect.poll(sockets).toBe(0);
  });

  it('is told of in no log and no error with a value in it', async () => {
    const warn = vi.fn();
    await using storage = await open({}, { ...silentLogger, warn });
    await server().query('ALTER TABLE ostiary.ostiary_records ADD CHECK (LENGTH(value) < 32)');
    const value = 'hush-hush, again and again and again';
    const error: unknown = await storage.put(key, value, { ifVersion: 'any' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...lost, detail: { errno: 4025 } });
    const text = inspect([error, warn.mock.calls], { depth: 30, showHidden: true });
    for (const secret of ['hush', Buffer.from('hush').toString('hex')])
      expect(text.toLowerCase()).not.toContain(secret);
  });
});
