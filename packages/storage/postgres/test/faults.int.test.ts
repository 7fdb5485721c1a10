import { inspect } from 'node:util';
import { silentLogger } from '@ostiary/primitives';
import { postgresStorage } from '@ostiary/storage-postgres';
import type { Key } from '@ostiary/storage-sdk';
import { requireTool, startPostgres } from '@ostiary/tooling-servers';
import { testStorageFaults } from '@ostiary/tooling-servers/storage-faults';
import { describe, expect, it, vi } from 'vitest';
import { configOf, deps, optionsOf } from './support.ts';

const key: Key = ['a', 'b'];
const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describe.skipIf(requireTool('postgres', 'initdb', 'psql') !== undefined)('PostgreSQL', () => {
  const server = testStorageFaults({
    type: 'postgres',
    start: () => startPostgres(),
    open: async (running, { log, options }) =>
      postgresStorage.open(await configOf({ ...optionsOf(running), ...options }), { ...deps, log }),
  });

  it('that stands still does not keep who closes', async () => {
    // Those of the test before.
    await expect.poll(sockets).toBe(0);
    const storage = await postgresStorage.open(await configOf(optionsOf(server())), deps);
    await Promise.all(Array.from({ length: 5 }, () => storage.get(key)));
    const found = await server().query("SELECT pid FROM pg_stat_activity WHERE application_name = 'ostiary'");
    const backends = found.trim().split('\n').map(Number);
    expect(backends).toHaveLength(5);
    for (const pid of backends) process.kill(pid, 'SIGSTOP');
    try {
      const began = performance.now();
      await storage[Symbol.asyncDispose]();
      expect(performance.now() - began).toBeLessThan(2_500);
      expect(sockets()).toBe(0);
    } finally {
      for (const pid of backends) process.kill(pid, 'SIGCONT');
    }
  });

  it('that is not logged in to is left at once', async () => {
    // Those of the test before.
    await expect.poll(sockets).toBe(0);
    const began = performance.now();
    const { password: _, ...options } = optionsOf(server());
    const config = await configOf(options);
    await expect(postgresStorage.open(config, deps)).rejects.toMatchObject({ code: 'config/invalid' });
    expect(performance.now() - began).toBeLessThan(500);
    await expect.poll(sockets).toBe(0);
  });

  it('is told of in no log and no error with a value in it', async () => {
    const warn = vi.fn();
    const config = await configOf(optionsOf(server()));
    await using storage = await postgresStorage.open(config, { ...deps, log: { ...silentLogger, warn } });
    // The database quotes the row in its error.
    await server().query('ALTER TABLE ostiary_records ADD CHECK (length(value) < 32)');
    const write = storage.put(key, 'hush-hush, again and again and again', { ifVersion: 'any' });
    const error: unknown = await write.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'storage/unavailable', detail: { sqlState: '23514' } });
    const text = inspect([error, warn.mock.calls], { depth: 30, showHidden: true });
    for (const secret of ['hush', Buffer.from('hush').toString('hex')]) expect(text).not.toContain(secret);
  });
});
