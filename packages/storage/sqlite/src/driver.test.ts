import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inspect as inspectValue } from 'node:util';
import { silentLogger } from '@ostiary/primitives';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openSqliteDriver } from './driver.ts';
import { openFile } from './open-file.ts';

const key: Key = ['code', 'a'];
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ostiary-sqlite-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const deps = { now: () => new Date('2031-01-01T00:00:00Z'), random: randomBytes, log: silentLogger };
const at = (...path: string[]): string => join(folder, ...path);
const open = (file: string): Promise<StorageDriver> => openSqliteDriver({ ...deps, file });
const mode = (path: string): number => statSync(path).mode & 0o777;

function inspect<R>(file: string, look: (database: DatabaseSync) => R): R {
  using database = new DatabaseSync(file);
  return look(database);
}

describe('the file', () => {
  it('is made with its folders, readable by its owner only, and so are its companions', async () => {
    await using driver = await open(at('new', 'deep', 'ostiary.db'));
    await driver.put(key, 1, { ifVersion: 'any' });
    expect([mode(at('new')), mode(at('new', 'deep'))]).toEqual([0o700, 0o700]);
    for (const suffix of ['', '-wal', '-shm']) expect(mode(at('new', 'deep', `ostiary.db${suffix}`))).toBe(0o600);
  });

  it.each([':memory:', 'file:other.db?mode=memory'])(
    'has no name that SQLite takes for something else: %s',
    async (file) => {
      await expect(open(file)).rejects.toMatchObject({
        code: 'config/invalid',
        message: expect.stringContaining(`${file} must be a plain path; for records in memory`),
      });
      expect(existsSync(file)).toBe(false);
    },
  );

  it('keeps its records when it is opened again', async () => {
    const first = await open(at('again.db'));
    await first.put(key, { n: 1 }, { ifVersion: 'absent' });
    await first[Symbol.asyncDispose]();
    await using second = await open(at('again.db'));
    expect((await second.get(key))?.value).toEqual({ n: 1 });
  });

  it('lets readers and a writer work at once, and is on the disk at every commit', () => {
    using database = openFile(at('modes.db'), silentLogger);
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    const full = 2;
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: full });
  });

  it('may be empty before', async () => {
    writeFileSync(at('empty.db'), '');
    await using driver = await open(at('empty.db'));
    expect(await driver.get(key)).toBeUndefined();
  });

  it('may be that of a Dex before, whose tables stay, with a warning', async () => {
    inspect(at('dex.db'), (database) =>
      database.exec("CREATE TABLE client (id TEXT); INSERT INTO client VALUES ('x')"),
    );
    const warn = vi.fn();
    await using driver = await openSqliteDriver({ ...deps, file: at('dex.db'), log: { ...silentLogger, warn } });
    expect(warn).toHaveBeenCalledWith('storage.file_shared', { file: at('dex.db'), tables: ['client'] });
    await driver.put(key, 1, { ifVersion: 'any' });
    expect(inspect(at('dex.db'), (database) => database.prepare('SELECT id FROM client').get())).toEqual({ id: 'x' });
  });

  it('may be behind a symbolic link', async () => {
    await (await open(at('itself', 'real.db')))[Symbol.asyncDispose]();
    symlinkSync(at('itself', 'real.db'), at('link.db'));
    await using driver = await open(at('link.db'));
    expect((await driver.put(key, 1, { ifVersion: 'any' })).written).toBe(true);
  });

  it('gives a warning when others may read it', async () => {
    writeFileSync(at('open.db'), '');
    chmodSync(at('open.db'), 0o644);
    const warn = vi.fn();
    await using _driver = await openSqliteDriver({ ...deps, file: at('open.db'), log: { ...silentLogger, warn } });
    expect(warn).toHaveBeenCalledWith('storage.file_open_to_others', { file: at('open.db') });
  });
});

describe('a file that is not at its path any more', () => {
  const lost = (problem: string) => ({
    code: 'storage/unavailable',
    message: 'The storage does not answer. Please try again.',
    detail: { file: at('moved.db'), problem: expect.stringContaining(problem) },
  });

  it('takes no write, for it would be forgotten at the next start, until it is back', async () => {
    await using driver = await open(at('moved.db'));
    await driver.put(key, 1, { ifVersion: 'any' });
    renameSync(at('moved.db'), at('elsewhere.db'));
    await expect(driver.put(key, 2, { ifVersion: 'any' })).rejects.toMatchObject(
      lost('is not at its path any more (ENOENT)'),
    );
    writeFileSync(at('moved.db'), '');
    await expect(driver.take(key)).rejects.toMatchObject(lost('was replaced'));
    renameSync(at('elsewhere.db'), at('moved.db'));
    expect((await driver.take(key))?.value).toBe(1);
  });
});

describe.each(['-wal', '-shm'])('a companion %s that is not at its path any more', (companion) => {
  it('lets no write be lost without a word', async () => {
    const file = at(`companion${companion}.db`);
    await using driver = await open(file);
    await driver.put(key, 1, { ifVersion: 'any' });
    renameSync(`${file}${companion}`, at('aside'));
    await expect(driver.put(key, 2, { ifVersion: 'any' })).rejects.toMatchObject({
      code: 'storage/unavailable',
      detail: { file: `${file}${companion}`, problem: expect.stringContaining('is not at its path any more (ENOENT)') },
    });
    renameSync(at('aside'), `${file}${companion}`);
    expect((await driver.take(key))?.value).toBe(1);
  });
});

describe('a path that cannot be a database', () => {
  it.each([
    ['below a file', () => at('text', 'ostiary.db'), 'is in a folder that cannot be made'],
    ['a folder', () => at('folder'), 'is not a file'],
    ['another kind of file', () => at('text'), 'is not a SQLite database'],
    ['a link to nothing', () => at('nowhere.db'), 'is a link that leads to no file (ENOENT)'],
    ['on a file system that nobody may write', () => '/proc/ostiary.db', 'cannot be made'],
  ])('%s: says which and what is wrong', async (_name, path, problem) => {
    writeFileSync(at('text'), 'this is a text file, not a database. '.repeat(100));
    mkdirSync(at('folder'), { recursive: true });
    rmSync(at('nowhere.db'), { force: true });
    symlinkSync(at('no-such-folder', 'x.db'), at('nowhere.db'));
    await expect(open(path())).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining(`${path()} ${problem}`),
    });
  });
});

describe('the tables', () => {
  it('of a newer release are not touched', async () => {
    await (await open(at('newer.db')))[Symbol.asyncDispose]();
    inspect(at('newer.db'), (database) => database.exec('INSERT INTO ostiary_migrations VALUES (99, 0)'));
    await expect(open(at('newer.db'))).rejects.toMatchObject({
      code: 'storage/corrupt',
      message: expect.stringContaining(`${at('newer.db')} was written by a newer release`),
      detail: { version: 99, readable: 1 },
    });
  });

  it.each([
    ['records', 'CREATE TABLE ostiary_records (a)'],
    ['migrations', 'CREATE TABLE ostiary_migrations (a)'],
    ['both', 'CREATE TABLE ostiary_migrations (version); INSERT INTO ostiary_migrations VALUES (1)'],
  ])('of somebody else under the names of ours are told and not touched: %s', async (name, sql) => {
    const file = at(`foreign-${name}.db`);
    inspect(file, (database) => database.exec(sql));
    await expect(open(file)).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining(`${file} has tables named ostiary_`),
    });
    const names = inspect(file, (database) => database.prepare('SELECT name FROM sqlite_schema').all());
    expect(names).toHaveLength(1);
  });

  it('are made once when several open the file at the same time', async () => {
    const drivers = await Promise.all(Array.from({ length: 5 }, () => open(at('together.db'))));
    await Promise.all(drivers.map((driver, index) => driver.put(['k', `${index}`], index, { ifVersion: 'absent' })));
    expect((await drivers[0]?.scan({ prefix: [], limit: 10 }))?.keys).toHaveLength(5);
    await Promise.all(drivers.map((driver) => driver[Symbol.asyncDispose]()));
  });

  it('use the index for deadlines when they are swept', async () => {
    await (await open(at('plan.db')))[Symbol.asyncDispose]();
    const plan = inspect(at('plan.db'), (database) =>
      database
        .prepare(
          'EXPLAIN QUERY PLAN SELECT rowid FROM ostiary_records WHERE expires_at <= 1 ORDER BY expires_at LIMIT 9',
        )
        .all(),
    );
    expect(JSON.stringify(plan)).toContain('ostiary_records_expires_at');
  });

  it('say so when somebody damaged a record', async () => {
    await using driver = await open(at('damaged.db'));
    await driver.put(key, 1, { ifVersion: 'any' });
    inspect(at('damaged.db'), (database) => database.exec("UPDATE ostiary_records SET value = '{hush-hush'"));
    const error: unknown = await driver.get(key).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'storage/corrupt', detail: { kind: 'code', problem: 'it is not JSON' } });
    expect(inspectValue(error, { depth: 9 })).not.toContain('hush');
  });
});

describe('a damaged file', () => {
  it('ends the start with an error that names it', async () => {
    await (await open(at('broken.db')))[Symbol.asyncDispose]();
    truncateSync(at('broken.db'), 10_000);
    await expect(open(at('broken.db'))).rejects.toMatchObject({
      code: 'storage/corrupt',
      message: expect.stringContaining(`${at('broken.db')} is damaged`),
    });
  });
});

describe('a file that another process has locked', () => {
  it('ends the start with an error that names it and why', async () => {
    using rival = new DatabaseSync(at('taken.db'));
    rival.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    await expect(openSqliteDriver({ ...deps, file: at('taken.db'), patience: 60 })).rejects.toMatchObject({
      code: 'storage/unavailable',
      message: expect.stringContaining(`The database file ${at('taken.db')} cannot be used: database is locked.`),
    });
  });

  it('is waited for, and then given up in bounded time with storage/unavailable', async () => {
    await using driver = await openSqliteDriver({ ...deps, file: at('locked.db'), patience: 60 });
    using rival = new DatabaseSync(at('locked.db'));
    rival.exec('BEGIN IMMEDIATE');
    const lost = { code: 'storage/unavailable' };
    await expect(driver.put(key, 1, { ifVersion: 'any' })).rejects.toMatchObject(lost);
    const both = [driver.take(key), driver.put(key, 1, { ifVersion: 'any' })];
    for (const one of await Promise.allSettled(both)) expect(one).toMatchObject({ status: 'rejected', reason: lost });
    expect(await driver.get(key)).toBeUndefined();
    rival.exec('COMMIT');
    expect((await driver.put(key, 1, { ifVersion: 'any' })).written).toBe(true);
  });

  it('serves the write when the lock is freed in time', async () => {
    await using driver = await openSqliteDriver({ ...deps, file: at('freed.db') });
    using rival = new DatabaseSync(at('freed.db'));
    rival.exec('BEGIN IMMEDIATE');
    const written = driver.put(key, 1, { ifVersion: 'absent' });
    // Runs after the first attempt of the driver, which was made in the same phase of the event loop.
    setImmediate(() => rival.exec('COMMIT'));
    expect((await written).written).toBe(true);
  });
});

describe('writes that arrive together', () => {
  it('are all done, also when one of them cannot be', async () => {
    await using driver = await open(at('batch.db'));
    const bad = Object.assign(() => 1, { toJSON: () => undefined });
    const outcomes = await Promise.allSettled([
      driver.put(['k', '1'], 1, { ifVersion: 'absent' }),
      // What a caller without types may do: JSON.stringify makes nothing of it, and the statement fails.
      driver.put(['k', '2'], bad as never, { ifVersion: 'absent' }),
      driver.put(['k', '3'], 3, { ifVersion: 'absent' }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const { keys } = await driver.scan({ prefix: ['k'], limit: 10 });
    expect(keys).toEqual([
      ['k', '1'],
      ['k', '3'],
    ]);
  });

  it('are finished before the file is closed', async () => {
    const driver = await open(at('closing.db'));
    const writes = Array.from({ length: 20 }, (_, n) => driver.put(['k', `${n}`], n, { ifVersion: 'absent' }));
    await driver[Symbol.asyncDispose]();
    expect((await Promise.all(writes)).every(({ written }) => written)).toBe(true);
    await using again = await open(at('closing.db'));
    expect((await again.scan({ prefix: ['k'], limit: 100 })).keys).toHaveLength(20);
  });
});
