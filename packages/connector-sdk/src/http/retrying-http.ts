import type { OpenHttp } from '../define.ts';
import { type RetryOptions, retrying } from './retry.ts';

/** The same network, repeating what may be asked twice; see {@link retrying}. For the composition root. */
export function retryingHttp(open: OpenHttp, options: RetryOptions): OpenHttp {
  return ({ idempotent = false, ...http } = {}) => retrying(open(http), { ...options, idempotent });
}
