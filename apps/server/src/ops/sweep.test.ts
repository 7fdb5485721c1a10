import { silentLogger } from '@ostiary/primitives';
import { createMemoryDriver } from '@ostiary/storage-memory';
import type { StorageDriver, SweepOutcome } from '@ostiary/storage-sdk';
import { describe, expect, it } from 'vitest';
import { sweepExpired } from './sweep.ts';

const never = new AbortController().signal;

function storageWith(expired: number, answer?: SweepOutcome) {
  let left = expired;
  let calls = 0;
  const storage: StorageDriver = {
    ...createMemoryDriver({ now: () => new Date(0) }),
    async sweep({ limit }) {
      calls += 1;
      if (answer !== undefined) return answer;
      const removed = Math.min(limit, left);
      left -= removed;
      return { removed, more: left > 0 };
    },
  };
  return { storage, left: () => left, calls: () => calls };
}

describe('sweepExpired', () => {
  it('looks past the first page', async () => {
    const { storage, left } = storageWith(13_000);
    expect(await sweepExpired(storage, silentLogger, never)).toBe('done');
    expect(left()).toBe(0);
  });

  it('stops after many pages and asks to come back', async () => {
    const { storage, left, calls } = storageWith(60_000);
    expect(await sweepExpired(storage, silentLogger, never)).toBe('again');
    expect(calls()).toBe(100);
    expect(left()).toBe(10_000);
  });

  it('ends when a storage says "more" and removes nothing', async () => {
    const { storage, calls } = storageWith(1, { removed: 0, more: true });
    expect(await sweepExpired(storage, silentLogger, never)).toBe('done');
    expect(calls()).toBe(1);
  });

  it('ends between pages when the server stops', async () => {
    const stop = new AbortController();
    const { storage, calls } = storageWith(10_000);
    const stopping: StorageDriver = {
      ...storage,
      sweep(options) {
        stop.abort();
        return storage.sweep(options);
      },
    };
    await sweepExpired(stopping, silentLogger, stop.signal);
    expect(calls()).toBe(1);
  });
});
