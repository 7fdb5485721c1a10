import { describe, expect, it } from 'vitest';
import { type HealingOptions, healing } from './healing.ts';
import { fakeClock } from './testing/index.ts';

/** A value that is a minute fresh and an hour stale. It counts how often it was fetched; a test says how that ends. */
function open(more: Partial<HealingOptions<number>> = {}) {
  const clock = fakeClock();
  const seen = { fetched: 0, stale: 0 };
  let failure: Error | undefined;
  const held = healing<number>({
    async load() {
      seen.fetched += 1;
      if (failure !== undefined) throw failure;
      return seen.fetched;
    },
    now: clock.now,
    maxAgeMs: 60_000,
    staleMs: 3_600_000,
    onStale: () => {
      seen.stale += 1;
    },
    ...more,
  });
  const fail = (message: string | undefined) => {
    failure = message === undefined ? undefined : new Error(message);
  };
  return { held, clock, seen, fail };
}

const outage = { outlasts: (failure: unknown) => failure instanceof Error && failure.message === 'outage' };

describe('a value past its age', () => {
  it('is replaced before anybody gets it, and all who ask wait for that', async () => {
    const { held, clock, seen } = open();
    expect(await held.get()).toBe(1);
    clock.advance(59);
    expect(await held.get()).toBe(1);
    clock.advance(1);
    expect(await Promise.all([held.get(), held.get()])).toEqual([2, 2]);
    expect(seen).toEqual({ fetched: 2, stale: 0 });
  });

  it('outlasts the failures that may be, which are asked about again after half a minute', async () => {
    const { held, clock, seen, fail } = open(outage);
    await held.get();
    clock.advance(60);
    fail('outage');
    expect(await held.get()).toBe(1);
    clock.advance(29);
    expect(await held.get()).toBe(1);
    expect(seen).toEqual({ fetched: 2, stale: 1 });
    clock.advance(1);
    fail(undefined);
    expect(await held.get()).toBe(3);
  });

  it('outlasts any failure, where nothing is said of them', async () => {
    const { held, clock, fail } = open();
    await held.get();
    clock.advance(60);
    fail('anything');
    expect(await held.get()).toBe(1);
  });

  it('outlasts no other failure, and none for ever', async () => {
    const { held, clock, fail } = open(outage);
    await held.get();
    clock.advance(60);
    fail('taken back');
    await expect(held.get()).rejects.toThrow('taken back');
    fail('outage');
    expect(await held.get()).toBe(1);
    clock.advance(3600);
    await expect(held.get()).rejects.toThrow('outage');
  });
});

describe('renewing', () => {
  it('fetches again when the last attempt is long enough ago, whether it failed or not', async () => {
    const { held, clock, seen, fail } = open();
    await held.get();
    clock.advance(29);
    expect(await held.renew(30_000)).toBe(1);
    clock.advance(1);
    fail('down');
    await expect(held.renew(30_000)).rejects.toThrow('down');
    expect(await held.renew(30_000)).toBe(1);
    clock.advance(30);
    fail(undefined);
    expect(await Promise.all([held.renew(30_000), held.renew(30_000)])).toEqual([3, 3]);
    expect(seen.fetched).toBe(3);
  });
});
