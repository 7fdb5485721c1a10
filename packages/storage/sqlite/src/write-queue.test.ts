import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OstiaryError, silentLogger } from '@ostiary/primitives';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFile } from './open-file.ts';
import { WriteQueue } from './write-queue.ts';

const folder = mkdtempSync(join(tmpdir(), 'ostiary-sqlite-'));
const file = join(folder, 'queue.db');
const lost = { code: 'storage/unavailable' };
const THREE_ATTEMPTS_MS = 60;
let database: DatabaseSync;
let rival: DatabaseSync;
let queue: WriteQueue;
const check = vi.fn();
beforeEach(() => {
  database = openFile(file, silentLogger);
  database.exec('CREATE TABLE IF NOT EXISTS n (n INTEGER) STRICT; DELETE FROM n');
  rival = new DatabaseSync(file);
  check.mockReset();
  queue = new WriteQueue(database, THREE_ATTEMPTS_MS, check);
});
afterEach(() => {
  rival.close();
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const insert = () => vi.fn(() => void database.exec('INSERT INTO n VALUES (1)'));
const count = (): unknown => database.prepare('SELECT count(*) AS n FROM n').get()?.n;

describe('a lock of another process', () => {
  beforeEach(() => rival.exec('BEGIN IMMEDIATE'));

  it('fails a whole batch after one patience, not each write after one of its own', async () => {
    const begin = vi.spyOn(database, 'exec');
    const writes = Array.from({ length: 40 }, insert);
    for (const outcome of await Promise.allSettled(writes.map((write) => queue.submit(write)))) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: lost });
    }
    expect(begin).toHaveBeenCalledTimes(3);
    for (const write of writes) expect(write).not.toHaveBeenCalled();
  });

  it('costs a write that came later no more than its own patience', async () => {
    const begin = vi.spyOn(database, 'exec');
    const second = insert();
    let later: Promise<void> | undefined;
    const first = vi.fn(insert()).mockImplementation(() => {
      if (first.mock.calls.length === 2) later = queue.submit(second);
      database.exec('INSERT INTO n VALUES (1)');
    });
    await expect(queue.submit(first)).rejects.toMatchObject(lost);
    await expect(later).rejects.toMatchObject(lost);
    const together = begin.mock.calls.filter(([sql]) => sql === 'BEGIN IMMEDIATE').length;
    // Its wait began with the second attempt of the first one.
    expect([first.mock.calls.length, together, second.mock.calls.length]).toEqual([2, 1, 1]);
  });

  it('makes no queue without bound', async () => {
    const outcomes = Promise.allSettled(Array.from({ length: 5_001 }, () => queue.submit(insert())));
    await expect(queue.submit(insert())).rejects.toMatchObject({
      ...lost,
      message: expect.stringContaining('overloaded'),
    });
    rival.exec('COMMIT');
    const written = (await outcomes).filter(({ status }) => status === 'fulfilled');
    expect([written.length, count()]).toEqual([5_000, 5_000]);
  });
});

describe('a circumstance that is no lock', () => {
  it('fails the batch at once', async () => {
    const full = vi.fn(() => {
      throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
    });
    const other = insert();
    for (const outcome of await Promise.allSettled([queue.submit(other), queue.submit(full)])) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: lost });
    }
    expect([full.mock.calls.length, other.mock.calls.length, count()]).toEqual([1, 1, 0]);
  });
});

describe('a check that fails', () => {
  it('fails the whole batch, and nothing is written', async () => {
    const gone = new OstiaryError('storage/unavailable', 'gone');
    check.mockImplementationOnce(() => {
      throw gone;
    });
    const writes = [insert(), insert()];
    for (const outcome of await Promise.allSettled(writes.map((write) => queue.submit(write)))) {
      expect(outcome).toEqual({ status: 'rejected', reason: gone });
    }
    await queue.submit(insert());
    expect([check.mock.calls.length, count()]).toEqual([2, 1]);
  });
});

describe('a statement that cannot be', () => {
  it('fails alone, and every other of its batch is done once', async () => {
    const bad = (): void => database.exec('INSERT INTO n VALUES (NULL, 1)');
    const writes = [insert(), bad, insert()].map((write) => queue.submit(write));
    const later = queue.submit(insert());
    expect((await Promise.allSettled(writes)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    await later;
    await queue.idle();
    expect(count()).toBe(3);
  });
});
