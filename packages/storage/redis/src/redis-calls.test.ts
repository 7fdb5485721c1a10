import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisCalls } from './redis-calls.ts';

const lost = { code: 'storage/unavailable' };
beforeEach(() => vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a call', () => {
  it('answers what its verb answers, and leaves no timer', async () => {
    expect(await new RedisCalls().run(async () => 1)).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is given up when nothing is heard of it', async () => {
    const outcome = expect(new RedisCalls().run(() => new Promise(() => undefined))).rejects.toMatchObject(lost);
    await vi.advanceTimersByTimeAsync(6_000);
    await outcome;
  });
});
