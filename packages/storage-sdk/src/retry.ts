import { setTimeout as sleepFor } from 'node:timers/promises';
import { OstiaryError } from '@ostiary/primitives';

/** How often and how patiently an attempt that lost a race is repeated. */
export interface RetryOptions {
  /** How often to begin again before giving up. */
  readonly attempts?: number;
  /** Waits the given milliseconds. Tests hand in their own. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** Between 0 and 1, to spread the waits of rivals. */
  readonly jitter?: () => number;
}

const LONGEST_WAIT_MS = 50;

/**
 * Repeats an attempt that may lose a race. Waits grow and are spread at random, so that a crowd of writers sorts
 * itself out instead of colliding in step.
 *
 * @throws {OstiaryError} `storage/conflict` when every attempt lost.
 */
export async function retryConflicts<R>(
  attempt: () => Promise<{ readonly record: R } | 'conflict'>,
  { attempts = 100, sleep = async (ms) => void (await sleepFor(ms)), jitter = Math.random }: RetryOptions,
): Promise<R> {
  for (let round = 0; round < attempts; round += 1) {
    const outcome = await attempt();
    if (outcome !== 'conflict') return outcome.record;
    await sleep(jitter() * Math.min(LONGEST_WAIT_MS, 1 + round * 2));
  }
  throw new OstiaryError('storage/conflict', 'The server is busy. Please try again.', { detail: { attempts } });
}
