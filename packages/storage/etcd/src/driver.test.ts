import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { createEtcdDriver } from './driver.ts';
import type { RecordText } from './record.ts';
import type { RecordWrite } from './records.ts';

const now = new Date('2031-01-01T00:00:00Z');
const mark = 'a'.repeat(16);
const live: RecordText = { mark, deadline: now.getTime() + 1, json: '1' };
const expired: RecordText = { ...live, deadline: now.getTime() };

/** A driver over records that are so. */
function setUp() {
  const records = {
    read: vi.fn(async (): Promise<RecordText | undefined> => undefined),
    create: vi.fn(async (_: RecordWrite): Promise<RecordText | undefined> => undefined),
    replace: vi.fn(async () => true),
    overwrite: vi.fn(async () => undefined),
    remove: vi.fn(async (): Promise<RecordText | undefined> => live),
    page: vi.fn(async () => ({ keys: ['code/a', 'code/b'], more: true })),
    ended: vi.fn(async (): Promise<ReadonlySet<string>> => new Set(['code/b'])),
    oldest: vi.fn(async () => ({ entries: ['e'], more: true })),
    sweep: vi.fn(async () => 1),
  };
  const connections = { call: async <R>(verb: () => Promise<R>) => verb(), close: vi.fn() };
  return { records, driver: createEtcdDriver({ records, connections, now: () => now, random: randomBytes }) };
}

describe('a driver', () => {
  it('takes an invalid date for a mistake of its caller', async () => {
    const { records, driver } = setUp();
    const expiresAt = new Date(Number.NaN);
    await expect(driver.put(['a'], 1, { ifVersion: 'any', expiresAt })).rejects.toThrow(RangeError);
    expect(records.create).not.toHaveBeenCalled();
  });

  it('writes a new record in one request, and over an old one in two', async () => {
    const { records, driver } = setUp();
    await driver.put(['a'], 1, { ifVersion: 'any' });
    expect(records.overwrite).not.toHaveBeenCalled();
    records.create.mockResolvedValueOnce(live);
    expect((await driver.put(['a'], 1, { ifVersion: 'any' })).written).toBe(true);
    expect(records.overwrite).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ key: ['a'] }), live);
    const [first, second] = records.create.mock.calls.map(([write]) => write.mark);
    expect(first).not.toBe(second);
  });

  it('writes over what has expired, and not over what lives', async () => {
    const { records, driver } = setUp();
    records.create.mockResolvedValueOnce(live);
    expect(await driver.put(['a'], 1, { ifVersion: 'absent' })).toEqual({ written: false });
    expect(records.replace).not.toHaveBeenCalled();
    records.create.mockResolvedValueOnce(expired);
    records.replace.mockResolvedValueOnce(false);
    expect((await driver.put(['a'], 1, { ifVersion: 'absent' })).written).toBe(true);
    expect(records.create).toHaveBeenCalledTimes(3);
  });

  it('replaces and takes a state in one request, and in none when that has expired or was never given', async () => {
    const { records, driver } = setUp();
    const version = `${mark}.${now.getTime() + 1}`;
    expect((await driver.put(['a'], 1, { ifVersion: version })).written).toBe(true);
    expect((await driver.take(['a'], { ifVersion: version }))?.version).toBe(version);
    for (const ifVersion of [`${mark}.${now.getTime()}`, 'never']) {
      expect(await driver.put(['a'], 1, { ifVersion })).toEqual({ written: false });
      expect(await driver.take(['a'], { ifVersion })).toBeUndefined();
    }
    expect([records.replace, records.remove].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
    expect(records.read).not.toHaveBeenCalled();
  });

  it('reads again when a record changed before it could be taken', async () => {
    const { records, driver } = setUp();
    records.read.mockResolvedValueOnce(live).mockResolvedValueOnce({ ...live, mark: 'b'.repeat(16) });
    records.remove.mockResolvedValueOnce(undefined);
    expect(await driver.take(['a'])).toMatchObject({ value: 1 });
    expect(records.remove).toHaveBeenLastCalledWith(['a'], expect.objectContaining({ mark: 'b'.repeat(16) }));
  });

  it('neither reads nor takes nor lists what has expired', async () => {
    const { records, driver } = setUp();
    records.read.mockResolvedValue(expired);
    expect(await driver.get(['a'])).toBeUndefined();
    expect(await driver.take(['a'])).toBeUndefined();
    expect(await driver.scan({ prefix: [], limit: 2 })).toEqual({ keys: [['code', 'a']], cursor: 'code/b' });
  });

  it('ends sweeping when others have removed all that it found', async () => {
    const { records, driver } = setUp();
    expect(await driver.sweep({ limit: 1 })).toEqual({ removed: 1, more: true });
    records.sweep.mockResolvedValueOnce(0);
    expect(await driver.sweep({ limit: 1 })).toEqual({ removed: 0, more: false });
  });
});
