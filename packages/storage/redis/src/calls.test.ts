import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Calls } from './calls.ts';

const lost = { code: 'storage/unavailable' };
beforeEach(() => vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a call', () => {
  it('answers what its verb answers, and leaves no timer', async () => {
    expect(await new Calls().run(async () => 1)).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is given up when nothing is heard of it', async () => {
    const outcome = expect(new Calls().run(() => new Promise(() => undefined))).rejects.toMatchObject(lost);
    await vi.advanceTimersByTimeAsync(6_000);
    await outcome;
  });
});

describe('closing', () => {
  it('waits for the calls under way, and lets no more in', async () => {
    const calls = new Calls();
    const slow = Promise.withResolvers<string>();
    const end = vi.fn(async () => undefined);
    const call = calls.run(() => slow.promise);
    const closed = calls.close(end);
    await expect(calls.run(async () => 1)).rejects.toMatchObject(lost);
    await vi.advanceTimersByTimeAsync(1);
    expect(end).not.toHaveBeenCalled();
    slow.resolve('done');
    await closed;
    expect(await call).toBe('done');
    await calls.close(end);
    expect(end).toHaveBeenCalledTimes(1);
  });
});
