import { describe, expect, it } from 'vitest';
import { retryConflicts } from './retry.ts';

const losing = (times: number) => {
  let left = times;
  return async () => {
    left -= 1;
    return left < 0 ? { record: 'won' } : ('conflict' as const);
  };
};

describe('retryConflicts', () => {
  it('begins again until an attempt wins', async () => {
    const waits: number[] = [];
    const sleep = async (ms: number) => void waits.push(ms);
    expect(await retryConflicts(losing(5), { sleep, jitter: () => 1 })).toBe('won');
    expect(waits).toEqual([1, 3, 5, 7, 9]);
  });

  it('waits not at all for the first attempt', async () => {
    const sleep = () => Promise.reject(new Error('waited'));
    expect(await retryConflicts(losing(0), { sleep })).toBe('won');
  });

  it('gives up after the attempts it has, with storage/conflict', async () => {
    const waits: number[] = [];
    const sleep = async (ms: number) => void waits.push(ms);
    await expect(retryConflicts(losing(1000), { attempts: 60, sleep, jitter: () => 1 })).rejects.toMatchObject({
      code: 'storage/conflict',
      detail: { attempts: 60 },
    });
    expect(waits).toHaveLength(60);
    expect(Math.max(...waits)).toBe(50);
  });

  it('spreads the waits', async () => {
    const waits: number[] = [];
    const sleep = async (ms: number) => void waits.push(ms);
    await retryConflicts(losing(2), { sleep, jitter: () => 0.5 });
    expect(waits).toEqual([0.5, 1.5]);
  });

  it('passes on what an attempt throws', async () => {
    await expect(retryConflicts(() => Promise.reject(new Error('down')), {})).rejects.toThrow('down');
  });
});
