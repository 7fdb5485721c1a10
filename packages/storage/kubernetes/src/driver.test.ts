import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { createKubernetesDriver } from './driver.ts';
import type { RecordHead, RecordWrite } from './record-object.ts';

const head: RecordHead = { name: 'n', uid: 'u', resourceVersion: '7', key: 'code/a' };
const now = new Date('2031-01-01T00:00:00Z');

/** A driver over records that are so. */
function setUp() {
  const records = {
    read: vi.fn().mockResolvedValue(undefined),
    create: vi.fn(async (_: RecordWrite): Promise<RecordHead | undefined> => head),
    replace: vi.fn(async (): Promise<RecordHead | undefined> => head),
    overwrite: vi.fn(async (): Promise<RecordHead | undefined> => head),
    remove: vi.fn(async () => true),
    page: vi.fn(async () => ({ heads: [head] })),
    select: vi.fn(async (): Promise<readonly RecordHead[]> => []),
  };
  const connections = { call: async <R>(verb: () => Promise<R>) => verb(), close: vi.fn() };
  return { records, driver: createKubernetesDriver({ records, connections, now: () => now, random: randomBytes }) };
}

describe('a driver', () => {
  it('says which kind of record is damaged, and quotes nothing of it', async () => {
    const { records, driver } = setUp();
    records.read.mockResolvedValue({ ...head, json: '{hush-hush', mark: 'm' });
    const error: unknown = await driver.get(['code', 'a']).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'storage/corrupt', detail: { kind: 'code', problem: 'it is not JSON' } });
    expect(inspect(error, { depth: 9 })).not.toContain('hush');
  });

  it('takes an invalid date for a mistake of its caller', async () => {
    const { records, driver } = setUp();
    const expiresAt = new Date(Number.NaN);
    await expect(driver.put(['a'], 1, { ifVersion: 'any', expiresAt })).rejects.toThrow(RangeError);
    expect(records.create).not.toHaveBeenCalled();
  });

  it('writes something else each time, or the API would keep the version', async () => {
    const { records, driver } = setUp();
    await driver.put(['a'], 1, { ifVersion: 'any' });
    await driver.put(['a'], 1, { ifVersion: 'any' });
    const [first, second] = records.create.mock.calls.map(([write]) => write.mark);
    expect(first).not.toBe(second);
  });

  it('replaces a state in one request, and in none when that has expired or was never given', async () => {
    const { records, driver } = setUp();
    expect(await driver.put(['a'], 1, { ifVersion: `6.${now.getTime() + 1}` })).toEqual({
      written: true,
      version: '7',
    });
    expect(records.read).not.toHaveBeenCalled();
    expect(await driver.put(['a'], 1, { ifVersion: `6.${now.getTime()}` })).toEqual({ written: false });
    expect(await driver.put(['a'], 1, { ifVersion: 'never' })).toEqual({ written: false });
    expect(records.replace).toHaveBeenCalledOnce();
  });

  it('makes a record that went while it was to be overwritten', async () => {
    const { records, driver } = setUp();
    records.create.mockResolvedValueOnce(undefined);
    records.overwrite.mockResolvedValueOnce(undefined);
    expect(await driver.put(['a'], 1, { ifVersion: 'any' })).toEqual({ written: true, version: '7' });
    expect(records.create).toHaveBeenCalledTimes(2);
  });

  it('reads again when a record changed before it could be taken, and answers what it took', async () => {
    const { records, driver } = setUp();
    records.read.mockResolvedValueOnce({ ...head, json: '1', mark: 'm' });
    records.read.mockResolvedValueOnce({ ...head, resourceVersion: '8', json: '2', mark: 'm' });
    records.remove.mockResolvedValueOnce(false);
    expect(await driver.take(['a'])).toEqual({ value: 2, version: '8' });
    expect(records.remove).toHaveBeenLastCalledWith(expect.objectContaining({ resourceVersion: '8' }));
  });

  it('passes over objects that somebody else made', async () => {
    const { records, driver } = setUp();
    const { key: _, ...foreign } = head;
    records.page.mockResolvedValueOnce({ heads: [foreign, head] });
    expect(await driver.scan({ prefix: [], limit: 10 })).toEqual({ keys: [['code', 'a']] });
  });

  it('sweeps what it wrote last, and once only, for a cluster may be restored from a backup', async () => {
    const { records, driver } = setUp();
    await driver.put(['a'], 1, { ifVersion: 'any' });
    await driver.sweep({ limit: 5 });
    await driver.sweep({ limit: 5 });
    expect(records.select.mock.calls.map((call: unknown[]) => call[1])).toEqual(['7', '7', '0', '0']);
  });
});
