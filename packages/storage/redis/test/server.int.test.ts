import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { redisStorage } from '@ostiary/storage-redis';
import { freePort, requireTool, startRedis, temporaryFolder } from '@ostiary/tooling-servers';
import { Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';
import { configOf, deps } from './support.ts';

describe('no redis', () => {
  // A cluster does not say more than that the connection was closed.
  it.each([
    ['host', 'connect ECONNREFUSED'],
    ['cluster', 'Connection is closed'],
  ])('at the address in %s: the error names it and why', async (key, why) => {
    const address = { host: '127.0.0.1', port: await freePort() };
    const config = await configOf(key === 'host' ? address : { cluster: [address] });
    await expect(redisStorage.open(config, deps)).rejects.toMatchObject({
      code: 'storage/unavailable',
      message: expect.stringContaining(`Redis at 127.0.0.1:${address.port} cannot be used: ${why}`),
    });
  });
});

describe.skipIf(requireTool('redis-server') !== undefined)('redis', () => {
  it('is spoken to over TLS with an ACL user that sees only the prefix', async () => {
    const user = { name: 'ostiary', password: 'long-password-1', rules: '~mine:* +@all' };
    await using server = await startRedis({ tls: 'own-ca', user });
    await using folder = await temporaryFolder('redis-test');
    const [caFile, passwordFile] = [join(folder.path, 'ca.pem'), join(folder.path, 'password')];
    await Promise.all([writeFile(caFile, server.ca ?? ''), writeFile(passwordFile, `${user.password}\n`)]);
    const base = { port: server.port, username: user.name, tls: { caFile } };
    const mine = await configOf({ ...base, passwordFile, prefix: 'mine:' });
    await using storage = await redisStorage.open(mine, deps);
    await storage.put(['a', 'b'], 1, { ifVersion: 'absent' });
    expect(await storage.get(['a', 'b'])).toMatchObject({ value: 1 });

    const others = await configOf({ ...base, passwordFile, prefix: 'others:' });
    await expect(redisStorage.open(others, deps)).rejects.toMatchObject({ code: 'config/invalid' });
    const wrong = await configOf({ ...base, password: 'wrong', prefix: 'mine:' });
    await expect(redisStorage.open(wrong, deps)).rejects.toMatchObject({ code: 'config/invalid' });
  });

  it('that cannot be trusted is not spoken to', async () => {
    await using server = await startRedis({ tls: 'own-ca' });
    const config = await configOf({ port: server.port, tls: {} });
    await expect(redisStorage.open(config, deps)).rejects.toMatchObject({ code: 'storage/unavailable' });
  });

  it('that goes away is said in bounded time and logged once, and found again', async () => {
    await using server = await startRedis({ appendfsync: 'always' });
    const [warn, info] = [vi.fn(), vi.fn()];
    const log = { ...deps.log, warn, info };
    await using storage = await redisStorage.open(await configOf({ port: server.port }), { ...deps, log });
    await storage.put(['a', 'b'], { kept: true }, { ifVersion: 'absent' });
    await server.kill();
    for (let round = 0; round < 3; round += 1) {
      await expect(storage.get(['a', 'b'])).rejects.toMatchObject({ code: 'storage/unavailable' });
    }
    await server.restart();
    await expect
      .poll(() => storage.get(['a', 'b']).catch(() => undefined), { timeout: 20_000, interval: 200 })
      .toMatchObject({ value: { kept: true } });
    const reasons = warn.mock.calls.map(([event, { error }]) => `${event}: ${error.message}`);
    expect(reasons).toEqual([...new Set(reasons)]);
    expect(reasons).toContain(`redis.connection_failed: connect ECONNREFUSED 127.0.0.1:${server.port}`);
    expect(info).toHaveBeenCalledExactlyOnceWith('redis.connection_recovered', { failures: expect.any(Number) });
  });

  it('whose scripts were flushed goes on', async () => {
    await using server = await startRedis();
    await using storage = await redisStorage.open(await configOf({ port: server.port }), deps);
    await storage.put(['a', 'b'], 1, { ifVersion: 'absent' });
    const admin = new Redis(server.port);
    await admin.script('FLUSH');
    await admin.quit();
    expect(await storage.take(['a', 'b'])).toMatchObject({ value: 1 });
  });

  it('keeps issuers with different prefixes apart', async () => {
    await using server = await startRedis();
    await using first = await redisStorage.open(await configOf({ port: server.port, prefix: 'a:' }), deps);
    await using second = await redisStorage.open(await configOf({ port: server.port, prefix: 'a:b:' }), deps);
    await first.put(['k', '1'], 1, { ifVersion: 'absent' });
    expect(await second.get(['k', '1'])).toBeUndefined();
    expect((await second.scan({ prefix: [], limit: 100 })).keys).toEqual([]);
    await second.put(['k', '2'], 1, { ifVersion: 'absent' });
    expect((await first.scan({ prefix: [], limit: 100 })).keys).toEqual([['k', '1']]);
  });

  it('lists no keys of other programs', async () => {
    await using server = await startRedis();
    await using storage = await redisStorage.open(await configOf({ port: server.port }), deps);
    await storage.put(['k', '1'], 1, { ifVersion: 'absent' });
    const admin = new Redis(server.port);
    await admin.set('ostiary:text', 'foreign');
    await admin.hset('ostiary:hash', 'f', 'foreign');
    await admin.hset('ostiary:a%ZZ', 'x', '');
    await admin.quit();
    expect((await storage.scan({ prefix: [], limit: 100 })).keys).toEqual([['k', '1']]);
  });

  it('does what it was told before it was closed', async () => {
    await using server = await startRedis();
    const config = await configOf({ port: server.port });
    const storage = await redisStorage.open(config, deps);
    const writes = Array.from({ length: 20 }, (_, n) => storage.put(['k', `${n}`], n, { ifVersion: 'absent' }));
    await storage[Symbol.asyncDispose]();
    expect((await Promise.all(writes)).every(({ written }) => written)).toBe(true);
  });

  it('takes no state of a record for an empty version', async () => {
    await using server = await startRedis();
    await using storage = await redisStorage.open(await configOf({ port: server.port }), deps);
    await storage.put(['k', '1'], 1, { ifVersion: 'absent' });
    expect(await storage.take(['k', '1'], { ifVersion: '' })).toBeUndefined();
    expect(await storage.get(['k', '1'])).toBeDefined();
  });

  it('forgets records by itself some time after their deadline', async () => {
    await using server = await startRedis();
    await using storage = await redisStorage.open(await configOf({ port: server.port }), deps);
    await storage.put(['a', 'b'], 1, { ifVersion: 'absent', expiresAt: new Date(Date.now() + 5000) });
    const admin = new Redis(server.port);
    const ttl = await admin.pttl('ostiary:a/b');
    await storage.put(['a', 'b'], 1, { ifVersion: 'any' });
    expect(await admin.pttl('ostiary:a/b')).toBe(-1);
    await admin.quit();
    expect(ttl).toBeGreaterThan(5000);
    expect(ttl).toBeLessThanOrEqual(66_000);
  });
});
