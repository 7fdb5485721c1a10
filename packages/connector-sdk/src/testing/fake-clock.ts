import type { Clock } from '@ostiary/primitives';

/** A clock that stands still until a test moves it. */
export interface FakeClock {
  readonly now: Clock;
  /** Lets this many seconds pass. */
  advance(seconds: number): void;
}

/** A clock that stands until it is advanced. */
export function fakeClock(start = '2030-01-01T00:00:00Z'): FakeClock {
  let ms = Date.parse(start);
  return {
    now: () => new Date(ms),
    advance(seconds) {
      ms += seconds * 1000;
    },
  };
}
