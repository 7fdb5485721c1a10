import pTimeout from 'p-timeout';
import { unavailable } from './redis-error.ts';

/**
 * What `work` answers, if it does so in time. The work itself goes on; nobody hears of it.
 *
 * @throws {OstiaryError} `storage/unavailable` when it took longer than so many milliseconds.
 */
export function within<R>(milliseconds: number, work: Promise<R>): Promise<R> {
  const late = (): never => {
    throw unavailable();
  };
  return pTimeout(work, { milliseconds, fallback: late });
}
