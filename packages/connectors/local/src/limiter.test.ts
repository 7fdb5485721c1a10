import { describe, expect, it } from 'vitest';
import { createLimiter } from './limiter.ts';

/** Work that ends when told to. */
function task(): { run: () => Promise<number>; end: (value: number) => void; started: () => boolean } {
  let started = false;
  const { promise, resolve } = Promise.withResolvers<number>();
  const run = (): Promise<number> => {
    started = true;
    return promise;
  };
  return { run, end: resolve, started: () => started };
}

describe('createLimiter', () => {
  it('runs so many at once, lets so many wait, and turns the next away', async () => {
    const limited = createLimiter({ running: 1, waiting: 1 });
    const [first, second, third] = [task(), task(), task()];
    const one = limited(first.run);
    const two = limited(second.run);
    await expect(limited(third.run)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    expect([first.started(), second.started(), third.started()]).toEqual([true, false, false]);
    first.end(1);
    expect(await one).toBe(1);
    second.end(2);
    expect(await two).toBe(2);
  });

  it('frees the place of work that fails', async () => {
    const limited = createLimiter({ running: 1, waiting: 0 });
    await expect(limited(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await limited(async () => 'yes')).toBe('yes');
  });
});
