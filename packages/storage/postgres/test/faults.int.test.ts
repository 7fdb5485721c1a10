import { inspect } from 'node:util';
import { silentLogger } from '@ostiary/primitives';
import { postgresStorage } from '@ostiary/storage-postgres';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { freePort, requireTool, startFaultProxy, startPostgres } from '@ostiary/tooling-servers';
import { describe, expect, it, vi } from 'vitest';
import { configOf, deps, optionsOf } from './support.ts';

const key: Key = ['a', 'b'];
const lost = { code: 'storage/unavailable' };
const healing = { timeout: 20_000, interval: 100 };

/** A storage behind a proxy, and what it logs. */
async function openBehindProxy() {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startPostgres());
  const port = await freePort();
  const proxy = stack.use(await startFaultProxy(port, server.port));
  const [warn, info] = [vi.fn(), vi.fn()];
  const config = await configOf({ ...optionsOf(server), port });
  const storage = stack.use(await postgresStorage.open(config, { ...deps, log: { ...silentLogger, warn, info } }));
  const owned = stack.move();
  return { server, proxy, config, storage, warn, info, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const reader = (storage: StorageDriver) => async () => (await storage.get(key).catch(() => undefined))?.value;
const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describe.skipIf(requireTool('postgres', 'initdb', 'psql') !== undefined)('PostgreSQL', () => {
  it('does not get a write again whose answer was lost, and is not said to have refused it', async () => {
    await using all = await openBehindProxy();
    const first = await all.storage.put(key, 1, { ifVersion: 'absent' });
    all.proxy.loseNextReply();
    const ifVersion = first.written ? first.version : '';
    await expect(all.storage.put(key, 2, { ifVersion })).rejects.toMatchObject(lost);
    expect((await all.storage.get(key))?.value).toBe(2);
  });

  it('is asked once more when the answer to a reader was lost', async () => {
    await using all = await openBehindProxy();
    await all.storage.put(key, 1, { ifVersion: 'absent' });
    all.proxy.loseNextReply();
    expect((await all.storage.get(key))?.value).toBe(1);
    all.proxy.loseNextReply();
    expect((await all.storage.scan({ prefix: [], limit: 5 })).keys).toEqual([key]);
    expect(all.warn.mock.calls.map(([event]) => event)).toContain('postgres.connection_failed');
  });

  it('is not said to have no record whose answer was lost', async () => {
    await using all = await openBehindProxy();
    await all.storage.put(key, 1, { ifVersion: 'absent' });
    all.proxy.loseNextReply();
    await expect(all.storage.take(key)).rejects.toMatchObject(lost);
  });

  it('whose connections fell silent fails one request, and none for the others', { timeout: 20_000 }, async () => {
    await using all = await openBehindProxy();
    await all.storage.put(key, 1, { ifVersion: 'absent' });
    await Promise.all(Array.from({ length: 5 }, () => all.storage.get(key)));
    all.proxy.silence();
    await expect(all.storage.get(key)).rejects.toMatchObject(lost);
    for (let round = 0; round < 5; round += 1) expect((await all.storage.get(key))?.value).toBe(1);
  });

  it('that does not talk at all is told in time at the start, and leaves nothing open', async () => {
    await using all = await openBehindProxy();
    all.proxy.silenceAll();
    const before = sockets();
    const began = performance.now();
    await expect(postgresStorage.open({ ...all.config, connectionTimeout: 1 }, deps)).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining(`127.0.0.1:${all.config.port} cannot be used`),
    });
    expect(performance.now() - began).toBeLessThan(3_000);
    // Those of the proxy are of this process, too.
    await expect.poll(sockets).toBe(before);
  });

  it('that stands still does not keep who closes', async () => {
    await using server = await startPostgres();
    const before = sockets();
    const storage = await postgresStorage.open(await configOf(optionsOf(server)), deps);
    await Promise.all(Array.from({ length: 5 }, () => storage.get(key)));
    const found = await server.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'ostiary'");
    const backends = found.trim().split('\n').map(Number);
    expect(backends).toHaveLength(5);
    for (const pid of backends) process.kill(pid, 'SIGSTOP');
    try {
      const began = performance.now();
      await storage[Symbol.asyncDispose]();
      expect(performance.now() - began).toBeLessThan(2_500);
      expect(sockets()).toBe(before);
    } finally {
      for (const pid of backends) process.kill(pid, 'SIGCONT');
    }
  });

  it('that goes away is told fast and logged once for each reason, and found again', { timeout: 60_000 }, async () => {
    await using all = await openBehindProxy();
    const direct = await configOf(optionsOf(all.server));
    const log = { ...silentLogger, warn: all.warn, info: all.info };
    await using storage = await postgresStorage.open(direct, { ...deps, log });
    await storage.put(key, { kept: true }, { ifVersion: 'absent' });
    await all.storage[Symbol.asyncDispose]();
    await all.server.kill();
    for (let round = 0; round < 3; round += 1) {
      const began = performance.now();
      await expect(storage.put(key, 2, { ifVersion: 'absent' })).rejects.toMatchObject(lost);
      expect(performance.now() - began).toBeLessThan(1_000);
    }
    await all.server.restart();
    await expect.poll(reader(storage), healing).toEqual({ kept: true });
    const reasons = all.warn.mock.calls.map(([event, { error }]) => `${event}: ${error.message}`);
    expect(reasons).toEqual([...new Set(reasons)]);
    expect(reasons).toContain(`postgres.connection_failed: connect ECONNREFUSED 127.0.0.1:${all.server.port}`);
    expect(all.info).toHaveBeenCalledExactlyOnceWith('postgres.connection_recovered', { failures: expect.any(Number) });
  });

  it('that is not logged in to is left at once', async () => {
    await using all = await openBehindProxy();
    const before = sockets();
    const began = performance.now();
    const { password: _, ...config } = all.config;
    await expect(postgresStorage.open(config, deps)).rejects.toMatchObject({ code: 'config/invalid' });
    expect(performance.now() - began).toBeLessThan(500);
    await expect.poll(sockets).toBe(before);
  });

  it('is told of in no log and no error with the password or a value in it', async () => {
    await using all = await openBehindProxy();
    const password = String(all.server.login.password);
    await all.storage.put(key, 'hush-hush', { ifVersion: 'any' });
    // The database quotes the row in its error.
    await all.server.query('ALTER TABLE ostiary_records ADD CHECK (length(value) < 12)');
    const told: unknown[] = [];
    const note = (error: unknown): void => void told.push(error);
    await all.storage.put(key, 'hush-hush, again and again', { ifVersion: 'any' }).catch(note);
    await all.server.kill();
    await all.storage.get(key).catch(note);
    await postgresStorage.open(all.config, deps).catch(note);
    await all.server.restart();
    await postgresStorage.open({ ...all.config, user: 'nobody' }, deps).catch(note);
    expect(told).toHaveLength(4);
    const text = inspect([told, all.warn.mock.calls, all.info.mock.calls], { depth: 30, showHidden: true });
    const quoted = Buffer.from('hush-hush').toString('hex');
    for (const secret of [password, 'hush', quoted]) expect(text).not.toContain(secret);
  });
});
