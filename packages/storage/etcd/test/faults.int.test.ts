import { inspect } from 'node:util';
import { silentLogger } from '@ostiary/primitives';
import { etcdStorage } from '@ostiary/storage-etcd';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { freePort, startEtcd, startFaultProxy } from '@ostiary/tooling-servers';
import { testStorageFaults } from '@ostiary/tooling-servers/storage-faults';
import { describe, expect, it, vi } from 'vitest';
import { configOf, deps, noEtcd, optionsOf } from './support.ts';

const key: Key = ['a', 'b'];
const lost = { code: 'storage/unavailable' };
const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
const originOf = (port: number): string => `http://127.0.0.1:${port}`;

describe.skipIf(noEtcd !== undefined)('etcd', () => {
  const server = testStorageFaults({
    type: 'etcd',
    // A request ends after five seconds.
    patience: 6_000,
    start: () => startEtcd({ prefix: 'ostiary/' }),
    async open(running, { log, options }) {
      const { port, user, connectionTimeout: _, ...others } = options;
      const place = port === undefined ? {} : { endpoints: [originOf(Number(port))] };
      const name = user === undefined ? {} : { username: user };
      const config = await configOf({ ...optionsOf(running), ...place, ...name, ...others });
      return etcdStorage.open(config, { ...deps, log });
    },
  });
  const open = async (options: object = {}, log = deps.log): Promise<StorageDriver> =>
    etcdStorage.open(await configOf({ ...optionsOf(server()), ...options }), { ...deps, log });

  it('is not said to have no record when the answer to its removal was lost, and gets no second removal', async () => {
    const port = await freePort();
    await using proxy = await startFaultProxy(port, server().port);
    await using storage = await open({ endpoints: [originOf(port)] });
    await storage.put(key, 1, { ifVersion: 'any' });
    proxy.loseNextReply(1);
    await expect(storage.take(key)).rejects.toMatchObject(lost);
    expect(await storage.get(key)).toBeUndefined();
  });

  it('of which one endpoint is dead is asked at another, also to write, and nobody fails', async () => {
    const warn = vi.fn();
    const dead = await freePort();
    await using storage = await open({ endpoints: [originOf(dead), server().url] }, { ...silentLogger, warn });
    const first = await storage.put(key, 1, { ifVersion: 'any' });
    expect(await storage.put(key, 2, { ifVersion: first.written ? first.version : '' })).toMatchObject({
      written: true,
    });
    expect((await storage.take(key))?.value).toBe(2);
    expect(warn.mock.calls.map(([event, { error }]) => `${event}: ${error.message}`)).toEqual([
      `etcd.connection_failed: connect ECONNREFUSED 127.0.0.1:${dead}`,
    ]);
  });

  it('of which one endpoint falls silent is read at another after two seconds, and written there from then on', {
    timeout: 20_000,
  }, async () => {
    const port = await freePort();
    await using proxy = await startFaultProxy(port, server().port);
    await using storage = await open({ endpoints: [originOf(port), server().url] });
    await storage.put(key, 1, { ifVersion: 'any' });
    proxy.silenceAll();
    const began = performance.now();
    expect((await storage.get(key))?.value).toBe(1);
    expect(performance.now() - began).toBeLessThan(4_000);
    await storage.put(key, 2, { ifVersion: 'any' });
    expect((await storage.take(key))?.value).toBe(2);
    expect(performance.now() - began).toBeLessThan(4_500);
  });

  it('whose tokens are gone gives another one, and nobody fails', async () => {
    const warn = vi.fn();
    await using storage = await open({}, { ...silentLogger, warn });
    await storage.put(key, 1, { ifVersion: 'any' });
    // Its tokens are in memory.
    await server().restart();
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => storage.put(['t', `${index}`], 1, { ifVersion: 'any' })),
    );
    expect((await storage.take(key))?.value).toBe(1);
    expect(warn).not.toHaveBeenCalled();
  });

  it('that stands still does not keep who closes', async () => {
    // Those of the test before.
    await expect.poll(sockets).toBe(0);
    const storage = await open();
    await Promise.all(Array.from({ length: 5 }, () => storage.get(key)));
    process.kill(server().pid, 'SIGSTOP');
    try {
      const began = performance.now();
      await storage[Symbol.asyncDispose]();
      expect(performance.now() - began).toBeLessThan(1_000);
      await expect.poll(sockets).toBe(0);
    } finally {
      process.kill(server().pid, 'SIGCONT');
    }
  });

  it('that does not let in is left at once', async () => {
    await expect.poll(sockets).toBe(0);
    await expect(open({ password: 'wrong' })).rejects.toMatchObject({ code: 'config/invalid' });
    await expect.poll(sockets).toBe(0);
  });

  it('is told of in no log and no error with a value in it', async () => {
    const warn = vi.fn();
    await using storage = await open({}, { ...silentLogger, warn });
    const value = 'hush-hush'.repeat(200_000);
    const error: unknown = await storage.put(key, value, { ifVersion: 'any' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...lost, detail: { status: 400, reason: 'etcdserver: request is too large' } });
    const text = inspect([error, warn.mock.calls], { depth: 30, showHidden: true });
    for (const secret of ['hush', Buffer.from('hush-hush').toString('base64')]) expect(text).not.toContain(secret);
  });
});
