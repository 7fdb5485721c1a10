import { unavailable } from './redis-error.ts';

/**
 * What `work` answers, if it does so in time. The work itself goes on; nobody hears of it.
 *
 * @throws {OstiaryError} `storage/unavailable` when it took longer than so many milliseconds.
 */
export async function within<R>(milliseconds: number, work: Promise<R>): Promise<R> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(unavailable()), milliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
