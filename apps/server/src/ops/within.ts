import { OstiaryError } from '@ostiary/primitives';
import type { Timers } from './timers.ts';

export interface Limit {
  readonly ms: number;
  readonly timers: Timers;
  /** What to say when the time is over. */
  readonly sentence: string;
}

/**
 * The answer of `work`, or a rejection when it takes longer than the limit. The work itself goes on, unheard.
 *
 * @throws {OstiaryError} `storage/unavailable` when the time is over.
 */
export async function within<R>(work: Promise<R>, { ms, timers, sentence }: Limit): Promise<R> {
  const late = Promise.withResolvers<never>();
  const cancel = timers.after(ms, () => late.reject(new OstiaryError('storage/unavailable', sentence)));
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    cancel();
  }
}
