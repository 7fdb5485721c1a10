import type { Key } from '@ostiary/storage-sdk';
import { describe, expect, it } from 'vitest';
import { createMemoryData, createMemoryDriver } from './driver.ts';

const now = () => new Date('2031-01-01T00:00:00Z');
const key: Key = ['code', 'a'];

describe('createMemoryDriver', () => {
  it('shares records between drivers that were given the same data', async () => {
    const data = createMemoryData();
    const one = createMemoryDriver({ now, data });
    const two = createMemoryDriver({ now, data });
    await one.put(key, { n: 1 }, { ifVersion: 'absent' });
    expect((await two.take(key))?.value).toEqual({ n: 1 });
    expect(await one.get(key)).toBeUndefined();
  });

  it('shares nothing otherwise', async () => {
    await createMemoryDriver({ now }).put(key, 1, { ifVersion: 'any' });
    expect(await createMemoryDriver({ now }).get(key)).toBeUndefined();
  });

  it('leaves the data to the other drivers when one is disposed of', async () => {
    const data = createMemoryData();
    const one = createMemoryDriver({ now, data });
    await one.put(key, 1, { ifVersion: 'any' });
    await one[Symbol.asyncDispose]();
    expect((await createMemoryDriver({ now, data }).get(key))?.value).toBe(1);
  });
});
