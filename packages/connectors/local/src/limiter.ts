/** Lets a few run at once, a few more wait, and turns away the rest: a queue without end is a hang. */
import { OstiaryError } from '@ostiary/primitives';

export interface Limits {
  readonly running: number;
  readonly waiting: number;
}

export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * @throws {OstiaryError} from the limiter: `upstream/unavailable` when the queue is full.
 */
export function createLimiter(limits: Limits): Limiter {
  let running = 0;
  const queue: (() => void)[] = [];
  const leave = (): void => {
    const next = queue.shift();
    if (next === undefined) running -= 1;
    else next(); // the place is handed on, so `running` stays
  };
  return async (work) => {
    if (running < limits.running) running += 1;
    else if (queue.length < limits.waiting) await new Promise<void>((resolve) => queue.push(resolve));
    else throw new OstiaryError('upstream/unavailable', 'Too many people are logging in. Try again in a few seconds.');
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
