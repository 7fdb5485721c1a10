import { mysqlStorage } from '@ostiary/storage-mysql';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { type MariadbServer, startMariadb } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { configOf, createUser, deps, noMariadb, optionsOf } from './support.ts';

const key: Key = ['a', 'b'];
const refused = (words: string) => ({ code: 'config/invalid', message: expect.stringContaining(words) });

describe.skipIf(noMariadb !== undefined)('a MariaDB that does not fit', () => {
  let server: MariadbServer;
  beforeAll(async () => {
    server = await startMariadb({ settings: ['log-bin=log', 'server-id=1', 'binlog-format=ROW'] });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const open = async (options: object, log = deps.log): Promise<StorageDriver> =>
    mysqlStorage.open(await configOf({ ...options }), { ...deps, log });
  const tablesOf = (database: string): Promise<string> =>
    server.query(`SELECT table_name FROM information_schema.tables WHERE table_schema = '${database}' ORDER BY 1`);

  it.each([
    [{ password: 'wrong' }, 'refuses this user and password'],
    [{ user: 'nobody' }, 'refuses this user and password'],
    [{ database: 'nowhere' }, 'has no database of that name'],
    [{ ssl: { mode: 'skip-verify' } }, 'speaks no TLS'],
  ])('is told at the start: %j', async (options, words) => {
    await expect(open({ ...optionsOf(server), ...options })).rejects.toMatchObject(refused(words));
  });

  it('lets a user work who may not make tables, where somebody else has made them', async () => {
    const owner = await createUser(server, 'owner');
    const worker = { ...(await createUser(server, 'worker')), database: 'owner' };
    await expect(open(worker)).rejects.toMatchObject(refused('does not let this user into this database'));
    await (await open(owner))[Symbol.asyncDispose]();
    await server.query('GRANT SELECT ON owner.ostiary_migrations TO worker');
    for (const right of ['SELECT', 'INSERT', 'UPDATE', 'DELETE']) {
      await expect(open(worker)).rejects.toMatchObject(refused('does not give this user all rights. GRANT it SELECT'));
      await server.query(`GRANT ${right} ON owner.ostiary_records TO worker`);
    }
    await using storage = await open(worker);
    const expiresAt = new Date(Date.now() - 1);
    expect((await storage.put(key, 1, { ifVersion: 'absent', expiresAt })).written).toBe(true);
    expect(await storage.sweep({ limit: 5 })).toEqual({ removed: 1, more: false });
    expect((await storage.put(key, 2, { ifVersion: 'any' })).written).toBe(true);
    expect((await storage.scan({ prefix: [], limit: 10 })).keys).toEqual([key]);
    expect((await storage.take(key))?.value).toBe(2);
  });

  it('that is read-only is told at the start, and left with all connections when it becomes so', async () => {
    const jane = await createUser(server, 'failover');
    const warn = vi.fn();
    await using storage = await open(jane, { ...deps.log, warn });
    await Promise.all(Array.from({ length: 5 }, () => storage.get(key)));
    const connections = (): Promise<string> =>
      server.query("SELECT id FROM information_schema.processlist WHERE user = 'failover' ORDER BY 1");
    const before = await connections();
    await server.query('SET GLOBAL read_only = 1');
    try {
      await expect(open(jane)).rejects.toMatchObject(refused('takes no writes'));
      const write = storage.put(key, 1, { ifVersion: 'absent' });
      await expect(write).rejects.toMatchObject({ code: 'storage/unavailable', detail: { errno: 1290 } });
      expect(await storage.get(key)).toBeUndefined();
    } finally {
      await server.query('SET GLOBAL read_only = 0');
    }
    for (let round = 0; round < 5; round += 1) {
      expect((await storage.put(['k', `${round}`], 1, { ifVersion: 'absent' })).written).toBe(true);
    }
    const after = (await connections()).split('\n');
    expect(before.split('\n').filter((id) => id !== '' && after.includes(id))).toEqual([]);
    // The probes tell of it, once; its readers get answers.
    expect(warn).not.toHaveBeenCalled();
  });

  it('with tables of a newer release is left as it is', async () => {
    const jane = await createUser(server, 'newer');
    await (await open(jane))[Symbol.asyncDispose]();
    await server.query('INSERT INTO newer.ostiary_migrations (version) VALUES (99)');
    await expect(open(jane)).rejects.toMatchObject({
      code: 'storage/corrupt',
      message: expect.stringMatching(/MySQL at 127.0.0.1:\d+: its tables were written by a newer release/),
      detail: { version: 99, readable: 1 },
    });
  });

  it.each([
    ['records', 'CREATE TABLE ostiary_records (a TEXT)'],
    ['migrations', 'CREATE TABLE ostiary_migrations (a TEXT)'],
  ])('with tables of somebody else under the names of ours is left as it is: %s', async (name, sql) => {
    const jane = await createUser(server, `foreign_${name}`);
    await server.query(`USE foreign_${name}; ${sql}`);
    const before = await tablesOf(`foreign_${name}`);
    await expect(open(jane)).rejects.toMatchObject(refused('has tables named ostiary_ that are not ours'));
    expect(await tablesOf(`foreign_${name}`)).toBe(before);
  });

  it('whose tables were only begun gets the rest', async () => {
    const jane = await createUser(server, 'begun');
    await using first = await open(jane);
    await first.put(key, 1, { ifVersion: 'any' });
    await server.query('DROP TABLE begun.ostiary_migrations');
    await using storage = await open(jane);
    expect((await storage.get(key))?.value).toBe(1);
    expect(await server.query('SELECT version FROM begun.ostiary_migrations')).toBe('1\n');
  });

  it('has tables of a Dex beside ours, which stay as they are', async () => {
    const jane = await createUser(server, 'dex');
    await server.query('CREATE TABLE dex.client (id TEXT); CREATE TABLE dex.migrations (num INT, at TIMESTAMP)');
    await using _storage = await open(jane);
    expect(await tablesOf('dex')).toBe('client\nmigrations\nostiary_migrations\nostiary_records\n');
  });

  it.each([
    ['max_allowed_packet = 1048576', 'max_allowed_packet = 16777216', 'takes statements of 1048576 bytes only'],
    ['binlog_format = STATEMENT', 'binlog_format = ROW', 'Set its binlog_format to ROW or MIXED'],
  ])('is told at the start: %s', async (setting, usual, words) => {
    const jane = await createUser(server, setting.slice(0, 6));
    await server.query(`SET GLOBAL ${setting}`);
    try {
      await expect(open(jane)).rejects.toMatchObject(refused(words));
    } finally {
      await server.query(`SET GLOBAL ${usual}`);
    }
  });

  it('does fit whatever its defaults are', async () => {
    const jane = await createUser(server, 'odd');
    await server.query(
      "ALTER DATABASE odd CHARACTER SET latin1 COLLATE latin1_german1_ci; SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH'; SET GLOBAL tx_isolation = 'SERIALIZABLE'; SET GLOBAL autocommit = 0",
    );
    try {
      await using storage = await open(jane);
      const value = { name: '日本 \u{1F511} \\\' " ', nul: '\u0000' };
      for (const name of ['日本', 'Ab', 'ab', 'ab ', 'a\u0308', 'ä']) {
        expect((await storage.put([name, '\u0000'], value, { ifVersion: 'absent' })).written).toBe(true);
      }
      await using other = await open(jane);
      expect((await other.get(['日本', '\u0000']))?.value).toEqual(value);
      expect((await other.scan({ prefix: [], limit: 10 })).keys).toHaveLength(6);
      await expect(storage.put(['k', 'x'.repeat(2_000)], 1, { ifVersion: 'any' })).rejects.toMatchObject({
        detail: { errno: 1406 },
      });
      const first = await storage.put(key, 0, { ifVersion: 'absent' });
      const ifVersion = first.written ? first.version : '';
      const racers = Array.from({ length: 50 }, (_, index) => storage.put(key, index, { ifVersion }));
      expect((await Promise.all(racers)).filter(({ written }) => written)).toHaveLength(1);
    } finally {
      await server.query('SET GLOBAL sql_mode = DEFAULT; SET GLOBAL tx_isolation = DEFAULT; SET GLOBAL autocommit = 1');
    }
  });

  it('finds expired records and pages of keys by an index', async () => {
    await using _storage = await open(await createUser(server, 'planner'));
    await server.query(
      "USE planner; INSERT INTO ostiary_records SELECT CONCAT('k/', seq), 'v', 'v', seq FROM seq_1_to_20000; ANALYZE TABLE ostiary_records",
    );
    const explain = (sql: string): Promise<string> => server.query(`USE planner; EXPLAIN ${sql}`);
    const expired = 'DELETE FROM ostiary_records WHERE expires_at <= 15000 ORDER BY expires_at LIMIT 500';
    expect(await explain(expired)).toMatch(/ostiary_records_expires_at(?!.*filesort)/u);
    const page = "SELECT name FROM ostiary_records WHERE name >= 'k/' AND name < 'k/~' ORDER BY name LIMIT 100";
    expect(await explain(page)).toMatch(/range\tPRIMARY(?!.*filesort)/u);
  });
});
