import { rm } from 'node:fs/promises';
import { mysqlStorage } from '@ostiary/storage-mysql';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { freePort, type MariadbServer, startMariadb, temporaryFolder } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { configOf, createUser, deps, noMariadb } from './support.ts';

const key: Key = ['a', 'b'];
const lost = { code: 'storage/unavailable' };

describe('no MySQL', () => {
  it.each([{ host: '127.0.0.1' }, {}])(
    'at the address, or under a name with several, %j: the error says so',
    async (options) => {
      const port = await freePort();
      const config = await configOf({ ...options, port, user: 'jane', database: 'dex' });
      await expect(mysqlStorage.open(config, deps)).rejects.toMatchObject({
        ...lost,
        message: expect.stringMatching(/MySQL at \S+ cannot be used: connect ECONNREFUSED/u),
      });
    },
  );
});

describe.skipIf(noMariadb !== undefined)('MariaDB', () => {
  let server: MariadbServer;
  beforeAll(async () => {
    server = await startMariadb();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const open = async (options: object, log = deps.log): Promise<StorageDriver> =>
    mysqlStorage.open(await configOf({ ...options }), { ...deps, log });
  const connections = async (user: string): Promise<readonly string[]> =>
    (await server.query(`SELECT id FROM information_schema.processlist WHERE user = '${user}' ORDER BY id`))
      .split('\n')
      .filter((id) => id !== '');
  const killAll = async (user: string): Promise<void> => void (await server.query(`KILL USER ${user}`));
  const many = (count: number, work: (index: number) => Promise<unknown>): Promise<readonly unknown[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index)));

  const running = (words: string): Promise<string> =>
    server.query(`SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '${words}%'`);
  /** Runs SQL in a session of its own, and waits until it sleeps. */
  async function untilAsleep(sql: string): Promise<{ readonly ended: Promise<unknown> }> {
    // Of a deadlock the database may end this one.
    const ended = server.query(sql).catch(() => undefined);
    await expect.poll(() => running('DO SLEEP')).toBe('1\n');
    return { ended };
  }

  it('gets its tables once, from several that start at the same moment', async () => {
    const jane = await createUser(server, 'starters');
    const all = await Promise.all(Array.from({ length: 8 }, () => open(jane)));
    await many(8, (index) => all[index]?.put(['k', `${index}`], index, { ifVersion: 'absent' }) ?? Promise.reject());
    expect((await all[0]?.scan({ prefix: [], limit: 10 }))?.keys).toHaveLength(8);
    expect(await server.query('SELECT version FROM starters.ostiary_migrations')).toBe('1\n');
    await Promise.all(all.map((storage) => storage[Symbol.asyncDispose]()));
  });

  it('has no more connections than maxOpenConns, keeps maxIdleConns, and renews them', async () => {
    const jane = await createUser(server, 'frugal');
    await using storage = await open({ ...jane, maxOpenConns: 3, maxIdleConns: 1, connMaxLifetime: 1 });
    await many(50, (index) => storage.put(['k', `${index}`], index, { ifVersion: 'absent' }));
    const busy = await connections('frugal');
    expect(busy).toHaveLength(3);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await storage.get(['k', '1']))?.value).toBe(1);
    const renewed = await connections('frugal');
    expect(renewed).toHaveLength(1);
    expect(busy).not.toContain(renewed[0]);
  });

  it('that closes idle connections fails no request, and none is told of', async () => {
    const warn = vi.fn();
    await using storage = await open(await createUser(server, 'idle'), { ...deps.log, warn });
    await many(5, () => storage.get(key));
    await killAll('idle');
    await expect.poll(() => connections('idle')).toEqual([]);
    expect((await storage.put(key, 1, { ifVersion: 'absent' })).written).toBe(true);
    expect(warn).not.toHaveBeenCalled();
  });

  it('that cuts all connections under their readers costs none of them anything', async () => {
    await using storage = await open(await createUser(server, 'cut'));
    await storage.put(key, 1, { ifVersion: 'any' });
    const lock = await untilAsleep('USE cut; LOCK TABLES ostiary_records WRITE; DO SLEEP(0.8); UNLOCK TABLES');
    const reads = Promise.allSettled(Array.from({ length: 5 }, () => storage.get(key)));
    await expect.poll(() => running('SELECT value')).toBe('5\n');
    // One after the other, while those who were first connect anew.
    await server.query((await connections('cut')).map((id) => `KILL ${id}`).join('; DO SLEEP(0.002); '));
    expect((await reads).map(({ status }) => status)).toEqual(Array(5).fill('fulfilled'));
    await lock.ended;
  });

  it('whose password changes is reached with what the file holds then', async () => {
    await using folder = await temporaryFolder('mysql-test');
    const { password, ...jane } = await createUser(server, 'rotated');
    const passwordFile = await folder.write('password', `${password}\n`);
    await using storage = await open({ ...jane, passwordFile });
    await server.query("SET PASSWORD FOR rotated@'%' = PASSWORD('another')");
    await folder.write('password', 'another\n');
    await killAll('rotated');
    expect(await storage.get(key)).toBeUndefined();
    await rm(passwordFile);
    await killAll('rotated');
    await expect(storage.get(key)).rejects.toMatchObject(lost);
  });

  it('that lets nobody in any more is used by the connections there are', async () => {
    await using storage = await open(await createUser(server, 'changed'));
    const kept = await connections('changed');
    await server.query("SET PASSWORD FOR changed@'%' = PASSWORD('another')");
    const outcomes = await Promise.allSettled(Array.from({ length: 3 }, () => storage.get(key)));
    expect(outcomes.map(({ status }) => status)).toContain('fulfilled');
    expect(await storage.get(key)).toBeUndefined();
    expect(await connections('changed')).toEqual(kept);
  });

  it('that holds a lock for too long is given up, and goes on afterwards', { timeout: 20_000 }, async () => {
    await using storage = await open(await createUser(server, 'patient'));
    await storage.put(key, 1, { ifVersion: 'any' });
    const lock = await untilAsleep(
      'USE patient; BEGIN; SELECT name FROM ostiary_records FOR UPDATE; DO SLEEP(3); ROLLBACK',
    );
    const began = performance.now();
    await expect(storage.put(key, 2, { ifVersion: 'any' })).rejects.toMatchObject({ ...lost, detail: { errno: 1205 } });
    expect(performance.now() - began).toBeLessThan(2_900);
    expect((await storage.get(key))?.value).toBe(1);
    await lock.ended;
    expect((await storage.put(key, 2, { ifVersion: 'any' })).written).toBe(true);
  });

  it('lets others write while a sweep waits for a record', async () => {
    await using storage = await open(await createUser(server, 'gaps'));
    await storage.put(['a', '1'], 1, { ifVersion: 'any', expiresAt: new Date(1) });
    await storage.put(['a', '3'], 1, { ifVersion: 'any', expiresAt: new Date(3) });
    const lock = await untilAsleep(
      "USE gaps; BEGIN; SELECT 1 FROM ostiary_records WHERE name = 'a/3' FOR UPDATE; DO SLEEP(0.8); COMMIT",
    );
    const sweep = storage.sweep({ limit: 10 });
    await expect.poll(() => running('DELETE')).toBe('1\n');
    await storage.put(['a', '2'], 1, { ifVersion: 'absent', expiresAt: new Date(2) });
    expect(await running('DO SLEEP')).toBe('1\n');
    await lock.ended;
    expect((await sweep).removed).toBeGreaterThanOrEqual(2);
  });

  it('is asked again when a deadlock was in the way', async () => {
    await using storage = await open(await createUser(server, 'crossed'));
    await storage.put(['a', '1'], 1, { ifVersion: 'any', expiresAt: new Date(1) });
    await storage.put(['a', '2'], 1, { ifVersion: 'any', expiresAt: new Date(2) });
    // It has the second record, and goes for the first while a sweep, which has the first, waits for the second. With all
    // that it has written it is not the one to be ended.
    const rival = await untilAsleep(`USE crossed; BEGIN; SELECT 1 FROM ostiary_records WHERE name = 'a/2' FOR UPDATE;
      INSERT INTO ostiary_records SELECT CONCAT('b/', seq), 'x', 'x', NULL FROM seq_1_to_200;
      DO SLEEP(0.5); UPDATE ostiary_records SET value = 'x' WHERE name = 'a/1'; COMMIT`);
    expect(await storage.sweep({ limit: 10 })).toEqual({ removed: 2, more: false });
    await rival.ended;
    expect(await server.query('SELECT COUNT(*) FROM crossed.ostiary_records')).toBe('200\n');
    expect(await server.query('SHOW ENGINE INNODB STATUS')).toContain('LATEST DETECTED DEADLOCK');
  });
});
