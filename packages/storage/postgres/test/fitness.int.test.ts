import { postgresStorage } from '@ostiary/storage-postgres';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { type PostgresServer, requireTool, startPostgres } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { configOf, createUser, deps, optionsOf } from './support.ts';

const key: Key = ['a', 'b'];
const refused = (words: string) => ({ code: 'config/invalid', message: expect.stringContaining(words) });

describe.skipIf(requireTool('postgres', 'initdb', 'psql') !== undefined)('a PostgreSQL that does not fit', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const open = async (options: object, log = deps.log): Promise<StorageDriver> =>
    postgresStorage.open(await configOf({ ...options }), { ...deps, log });

  it.each([
    [{ password: 'wrong' }, 'refuses this user and password'],
    [{ user: 'nobody' }, 'refuses this user and password'],
    [{ database: 'nowhere' }, 'has no database of that name'],
    [{ password: '' }, 'wants a password'],
    [{ ssl: { mode: 'require' } }, 'speaks no TLS'],
  ])('is told at the start: %j', async (options, words) => {
    const given = Object.entries({ ...optionsOf(server), ...options }).filter(([, value]) => value !== '');
    await expect(open(Object.fromEntries(given))).rejects.toMatchObject(refused(words));
  });

  it('lets a user work who may not make tables, where somebody else has made them', async () => {
    const owner = await createUser(server, 'owner');
    await (await open(owner))[Symbol.asyncDispose]();
    const worker = await createUser(server, 'worker');
    await server.query('ALTER ROLE worker SET search_path = owner; GRANT USAGE ON SCHEMA owner TO worker');
    await expect(open(worker)).rejects.toMatchObject(refused('GRANT SELECT ON ostiary_migrations TO it'));
    await server.query('GRANT SELECT ON owner.ostiary_migrations TO worker');
    await server.query('GRANT SELECT, INSERT ON owner.ostiary_records TO worker');
    await expect(open(worker)).rejects.toMatchObject(refused('GRANT UPDATE, DELETE ON ostiary_records TO it'));
    await server.query('GRANT UPDATE, DELETE ON owner.ostiary_records TO worker');
    await using storage = await open(worker);
    const expiresAt = new Date(Date.now() - 1);
    expect((await storage.put(key, 1, { ifVersion: 'absent', expiresAt })).written).toBe(true);
    expect(await storage.sweep({ limit: 5 })).toEqual({ removed: 1, more: false });
    expect((await storage.put(key, 2, { ifVersion: 'absent' })).written).toBe(true);
    expect((await storage.scan({ prefix: [], limit: 10 })).keys).toEqual([key]);
    expect((await storage.take(key))?.value).toBe(2);
  });

  it('has no tables where the first schema has none, though a later one has', async () => {
    await using all = await open(optionsOf(server));
    await all.put(key, 1, { ifVersion: 'any' });
    await using storage = await open(await createUser(server, 'second'));
    expect(await storage.get(key)).toBeUndefined();
  });

  it('says what a user lacks to make the tables', async () => {
    const jane = await createUser(server, 'homeless');
    await server.query('ALTER SCHEMA homeless OWNER TO postgres; GRANT USAGE ON SCHEMA homeless TO homeless');
    await expect(open(jane)).rejects.toMatchObject(refused('GRANT USAGE, CREATE ON SCHEMA'));
    await server.query('ALTER ROLE homeless SET search_path = nowhere');
    await expect(open(jane)).rejects.toMatchObject(refused('has no schema of the search_path'));
  });

  it('says that a user may not connect', async () => {
    const jane = await createUser(server, 'stranger');
    await server.query('CREATE DATABASE closed');
    await server.query('REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
    await expect(open({ ...jane, database: 'closed' })).rejects.toMatchObject(refused('the right to CONNECT'));
  });

  it('that is read-only is told at the start, with tables and without', async () => {
    const jane = await createUser(server, 'reader');
    await (await open(jane))[Symbol.asyncDispose]();
    await server.query('ALTER ROLE reader SET default_transaction_read_only = on');
    await expect(open(jane)).rejects.toMatchObject(refused('takes no writes'));
    await server.query('DROP TABLE reader.ostiary_records, reader.ostiary_migrations');
    await expect(open(jane)).rejects.toMatchObject(refused('takes no writes'));
  });

  it('that became read-only is left, with all connections to it', async () => {
    const jane = await createUser(server, 'failover');
    const warn = vi.fn();
    await using storage = await open(jane, { ...deps.log, warn });
    await server.query('ALTER ROLE failover SET default_transaction_read_only = on');
    await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'failover'");
    // Each of these connections can only read, for as long as it lives.
    await Promise.all(Array.from({ length: 5 }, () => storage.get(key)));
    await server.query('ALTER ROLE failover RESET default_transaction_read_only');
    await expect(storage.put(key, 1, { ifVersion: 'absent' })).rejects.toMatchObject({
      code: 'storage/unavailable',
      detail: { sqlState: '25006' },
    });
    for (let round = 0; round < 5; round += 1) {
      expect((await storage.put(['k', `${round}`], 1, { ifVersion: 'absent' })).written).toBe(true);
    }
    // The probes tell of it, once; its readers get answers.
    expect(warn.mock.calls.filter(([, { error }]) => String(error).includes('read-only'))).toEqual([]);
  });

  it('with tables of a newer release is left as it is', async () => {
    const jane = await createUser(server, 'newer');
    await (await open(jane))[Symbol.asyncDispose]();
    await server.query('INSERT INTO newer.ostiary_migrations (version) VALUES (99)');
    await expect(open(jane)).rejects.toMatchObject({
      code: 'storage/corrupt',
      message: expect.stringMatching(/PostgreSQL at 127.0.0.1:\d+: its tables were written by a newer release/),
      detail: { version: 99, readable: 1 },
    });
  });

  it.each([
    ['records', 'CREATE TABLE ostiary_records (a text)'],
    ['migrations', 'CREATE TABLE ostiary_migrations (a text)'],
    ['both', 'CREATE TABLE ostiary_migrations (version int); INSERT INTO ostiary_migrations VALUES (1)'],
  ])('with tables of somebody else under the names of ours is left as it is: %s', async (name, sql) => {
    const user = `foreign_${name}`;
    const jane = await createUser(server, user);
    await server.query(`SET ROLE ${user}; ${sql}`);
    await expect(open(jane)).rejects.toMatchObject(refused('has tables named ostiary_ that are not ours'));
    expect(await server.query(`SELECT count(*) FROM pg_tables WHERE schemaname = '${user}'`)).toBe('1\n');
  });

  it('does fit with an encoding that lacks most letters', async () => {
    await server.query("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    await using storage = await open({ ...optionsOf(server), database: 'latin' });
    const value = { name: '日本 \u{1F511}', nul: '\u0000' };
    await storage.put(['日本', '\u0000'], value, { ifVersion: 'absent' });
    expect((await storage.get(['日本', '\u0000']))?.value).toEqual(value);
    expect((await storage.scan({ prefix: ['日本'], limit: 2 })).keys).toEqual([['日本', '\u0000']]);
  });

  it('finds expired records and pages of keys by an index', async () => {
    const jane = await createUser(server, 'planner');
    await using _storage = await open(jane);
    await server.query(
      "INSERT INTO planner.ostiary_records SELECT 'k/' || n, 'v', 'v', n FROM generate_series(1, 50000) n; ANALYZE planner.ostiary_records",
    );
    const explain = (sql: string): Promise<string> => server.query(`SET search_path = planner; EXPLAIN ${sql}`);
    const expired = 'SELECT name FROM ostiary_records WHERE expires_at <= 40000 ORDER BY expires_at LIMIT 500';
    expect(await explain(`${expired} FOR UPDATE SKIP LOCKED`)).toContain('ostiary_records_expires_at');
    const page = "SELECT name FROM ostiary_records WHERE name >= 'k/' AND name < 'k/~' ORDER BY name LIMIT 100";
    expect(await explain(page)).toContain('ostiary_records_pkey');
  });
});
