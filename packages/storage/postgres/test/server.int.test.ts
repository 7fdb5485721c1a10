import { postgresStorage } from '@ostiary/storage-postgres';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { freePort, type PostgresServer, requireTool, startPostgres, temporaryFolder } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { configOf, createUser, deps, optionsOf } from './support.ts';

const key: Key = ['a', 'b'];
const lost = { code: 'storage/unavailable' };

describe('no PostgreSQL', () => {
  it('at the address: the error names it and why', async () => {
    const port = await freePort();
    const config = await configOf({ host: '127.0.0.1', port, user: 'jane', password: 'pa55' });
    await expect(postgresStorage.open(config, deps)).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining(`PostgreSQL at 127.0.0.1:${port} cannot be used: connect ECONNREFUSED`),
    });
  });

  it('under a name with several addresses: the error says the same', async () => {
    const config = await configOf({ port: await freePort(), user: 'jane' });
    await expect(postgresStorage.open(config, deps)).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining('cannot be used: connect ECONNREFUSED'),
    });
  });
});

describe.skipIf(requireTool('postgres', 'initdb', 'psql') !== undefined)('PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ hba: ['local all all trust'] });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const open = async (options: object, log = deps.log): Promise<StorageDriver> =>
    postgresStorage.open(await configOf({ ...options }), { ...deps, log });
  const backends = (user: string): Promise<string> =>
    server.query(`SELECT pid FROM pg_stat_activity WHERE usename = '${user}' ORDER BY pid`);
  const many = (count: number, work: (index: number) => Promise<unknown>): Promise<readonly unknown[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index)));

  it('is reached by the folder of its socket', async () => {
    await using storage = await open({ host: server.socket, port: server.port, user: 'postgres' });
    expect((await storage.put(['socket', 'a'], 1, { ifVersion: 'absent' })).written).toBe(true);
  });

  it('gets its tables once, from several that start at the same moment', async () => {
    const jane = await createUser(server, 'starters');
    // Other isolation would not see what the first one has made.
    await server.query("ALTER ROLE starters SET default_transaction_isolation = 'serializable'");
    const all = await Promise.all(Array.from({ length: 8 }, () => open(jane)));
    await many(8, (index) => all[index]?.put(['k', `${index}`], index, { ifVersion: 'absent' }) ?? Promise.reject());
    expect((await all[0]?.scan({ prefix: [], limit: 10 }))?.keys).toHaveLength(8);
    expect(await server.query('SELECT version FROM starters.ostiary_migrations')).toBe('1\n');
    await Promise.all(all.map((storage) => storage[Symbol.asyncDispose]()));
  });

  it('lets one of 50 win, also where transactions are serializable by default', async () => {
    const jane = await createUser(server, 'strict');
    await server.query("ALTER ROLE strict SET default_transaction_isolation = 'serializable'");
    await using storage = await open(jane);
    const first = await storage.put(key, 0, { ifVersion: 'absent' });
    const ifVersion = first.written ? first.version : '';
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => storage.put(key, index, { ifVersion })),
    );
    const failed = outcomes.filter(({ status }) => status === 'rejected');
    expect(failed).toEqual([]);
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value.written);
    expect(won).toHaveLength(1);
  });

  it('is asked again when another transaction was in the way', async () => {
    const jane = await createUser(server, 'crossed');
    await server.query("ALTER ROLE crossed SET default_transaction_isolation = 'serializable'");
    await using storage = await open(jane);
    const first = await storage.put(key, 0, { ifVersion: 'absent' });
    const other = server.query("BEGIN; UPDATE crossed.ostiary_records SET version = 'x'; SELECT pg_sleep(1); COMMIT");
    await expect
      .poll(() => server.query("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1)%'"))
      .toBe('2\n');
    const ifVersion = first.written ? first.version : '';
    expect(await storage.put(key, 1, { ifVersion })).toEqual({ written: false });
    await other;
  });

  it('has no more connections than maxOpenConns, keeps maxIdleConns, and renews them', {
    timeout: 40_000,
  }, async () => {
    const jane = await createUser(server, 'frugal');
    await using storage = await open({ ...jane, maxOpenConns: 3, maxIdleConns: 1, connMaxLifetime: 13 });
    await many(50, (index) => storage.put(['k', `${index}`], index, { ifVersion: 'absent' }));
    const busy = (await backends('frugal')).trim().split('\n');
    expect(busy).toHaveLength(3);
    await expect.poll(() => backends('frugal'), { timeout: 12_500, interval: 250 }).toMatch(/^\d+\n$/);
    await expect.poll(() => backends('frugal'), { timeout: 10_000, interval: 250 }).toBe('');
    expect((await storage.get(['k', '1']))?.value).toBe(1);
    expect(busy).not.toContain((await backends('frugal')).trim());
  });

  it('that closes an idle connection fails no request, and is logged once', async () => {
    const [warn, info] = [vi.fn(), vi.fn()];
    const jane = await createUser(server, 'idle');
    await using storage = await open(jane, { ...deps.log, warn, info });
    await many(5, () => storage.get(key));
    await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'idle'");
    await expect.poll(() => warn.mock.calls.length).toBe(1);
    expect(await storage.get(key)).toBeUndefined();
    expect(warn.mock.calls.map(([event]) => event)).toEqual(['postgres.connection_failed']);
    expect(info).toHaveBeenCalledExactlyOnceWith('postgres.connection_recovered', { failures: expect.any(Number) });
  });

  it('whose password changes is reached with what the file holds then', async () => {
    await using folder = await temporaryFolder('postgres-test');
    const { password, ...jane } = await createUser(server, 'rotated');
    const passwordFile = await folder.write('password', `${password}\n`);
    await using storage = await open({ ...jane, passwordFile });
    await server.query("ALTER ROLE rotated PASSWORD 'another'");
    await folder.write('password', 'another\n');
    await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotated'");
    expect(await storage.get(key)).toBeUndefined();
  });

  it('that holds a lock for too long is given up, and goes on afterwards', { timeout: 20_000 }, async () => {
    const jane = await createUser(server, 'patient');
    await using storage = await open(jane);
    const lock = server.query('BEGIN; LOCK patient.ostiary_records; SELECT pg_sleep(7); COMMIT');
    await expect
      .poll(() => server.query("SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted"))
      .toBe('1\n');
    const began = performance.now();
    await expect(storage.put(key, 1, { ifVersion: 'absent' })).rejects.toMatchObject(lost);
    expect(performance.now() - began).toBeLessThan(6_500);
    await lock;
    expect((await storage.get(['other', 'a']))?.value).toBeUndefined();
  });

  it('is asked with what the configuration says, and nothing of the environment', async () => {
    vi.stubEnv('PGPASSWORD', String(server.login.password));
    vi.stubEnv('PGSSLMODE', 'require');
    vi.stubEnv('PGDATABASE', 'elsewhere');
    try {
      const { password: _, ...options } = optionsOf(server);
      await expect(open(options)).rejects.toMatchObject({
        code: 'config/invalid',
        message: expect.stringContaining('wants a password'),
      });
      await using _storage = await open(optionsOf(server));
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
