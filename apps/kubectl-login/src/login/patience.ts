import { problem } from '../problem.ts';
import type { LoginAsk } from './flow.ts';

/**
 * The tokens, unless the person takes too long or the login is called off.
 *
 * @param remedy what the person can do who was too late.
 * @throws {OstiaryError} `login/expired`; and the reason of the signal.
 */
export async function orGiveUp<T>(
  tokens: Promise<T>,
  { signal, options }: Pick<LoginAsk<unknown>, 'signal' | 'options'>,
  remedy: string,
): Promise<T> {
  const gaveUp = Promise.withResolvers<never>();
  const cause = `Nobody finished the login within ${Math.round(options.timeoutMs / 1000)} seconds.`;
  const timer = setTimeout(() => gaveUp.reject(problem({ code: 'login/expired', cause, remedy })), options.timeoutMs);
  const onAbort = (): void => gaveUp.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([tokens, gaveUp.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
