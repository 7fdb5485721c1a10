import { randomBytes } from 'node:crypto';
import { OstiaryError } from '@ostiary/primitives';
import { createMemoryDriver } from '@ostiary/storage-memory';
import type { StorageDriver } from '@ostiary/storage-sdk';
import { describe, expect, it, vi } from 'vitest';
import { storageProbe } from './storage-probe.ts';

function setUp() {
  const clock = { ms: Date.parse('2031-01-01T00:00:00Z') };
  const now = () => new Date(clock.ms);
  const storage = createMemoryDriver({ now });
  const calls = { get: vi.spyOn(storage, 'get'), put: vi.spyOn(storage, 'put'), take: vi.spyOn(storage, 'take') };
  const counts = () => [calls.put, calls.take, calls.get].map(({ mock }) => mock.calls.length);
  return { clock, storage, calls, counts, probe: storageProbe({ storage, now, random: randomBytes }) };
}

const keys = async (storage: StorageDriver) => (await storage.scan({ prefix: [], limit: 10 })).keys;
const full = new OstiaryError('storage/unavailable', 'The disk is full.');

describe('storageProbe', () => {
  it('writes and leaves nothing behind, and only reads within ten seconds', async () => {
    const { clock, storage, counts, probe } = setUp();
    await probe();
    expect(counts()).toEqual([1, 1, 0]);
    expect(await keys(storage)).toEqual([]);
    clock.ms += 9_999;
    await probe();
    expect(counts()).toEqual([1, 1, 1]);
    clock.ms += 1;
    await Promise.all([probe(), probe()]);
    expect(counts()).toEqual([2, 2, 1]);
  });

  it('fails while the storage answers but cannot be written, and is well with the first write', async () => {
    const { clock, calls, probe } = setUp();
    await probe();
    clock.ms += 10_000;
    calls.put.mockRejectedValue(full);
    await expect(probe()).rejects.toBe(full);
    clock.ms += 1_000;
    await expect(probe()).rejects.toBe(full);
    calls.put.mockRestore();
    await probe();
  });

  it('fails when the storage does not answer between two writes', async () => {
    const { calls, probe } = setUp();
    await probe();
    calls.get.mockRejectedValue(full);
    await expect(probe()).rejects.toBe(full);
  });

  it('fails when what was written is not there', async () => {
    const { calls, probe } = setUp();
    calls.take.mockResolvedValue(undefined);
    await expect(probe()).rejects.toMatchObject({ code: 'storage/unavailable' });
  });

  it('leaves a record that expires when it cannot be taken', async () => {
    const { clock, storage, calls, probe } = setUp();
    calls.take.mockRejectedValueOnce(full);
    await expect(probe()).rejects.toBe(full);
    expect(await keys(storage)).toHaveLength(1);
    clock.ms += 60_000;
    expect(await keys(storage)).toEqual([]);
  });

  it('writes again when the clock was put back', async () => {
    const { clock, counts, probe } = setUp();
    await probe();
    clock.ms -= 60_000;
    await probe();
    expect(counts()).toEqual([2, 2, 0]);
  });
});
