import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy, toOstiaryError } from './sqlite-error.ts';

/** How long SQLite itself waits for a lock, in milliseconds. It blocks the event loop, so it is short. */
export const BLOCKING_WAIT_MS = 10;
/** How long to leave the event loop to others before the next attempt, in milliseconds. */
export const PAUSE_MS = 10;

/** How many attempts fit into a time, in milliseconds, roughly. */
export function attemptsWithin(limit: number): number {
  return Math.max(1, Math.ceil(limit / (BLOCKING_WAIT_MS + PAUSE_MS)));
}

/**
 * Does something with the database, and begins again while another process holds the lock.
 *
 * @param limit how long to try, in milliseconds, roughly.
 * @throws {OstiaryError} `storage/unavailable` when the lock was not free in time.
 */
export async function patiently<R>(action: () => R, limit: number): Promise<R> {
  const attempts = attemptsWithin(limit);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || attempt >= attempts) throw toOstiaryError(error);
      await sleep(PAUSE_MS);
    }
  }
}
