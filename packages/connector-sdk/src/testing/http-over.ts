import { type Fetch, OstiaryError } from '@ostiary/primitives';
import type { OpenHttp } from '../define.ts';
import { unreachable } from '../http/failure.ts';
import { limitedBody } from '../http/limited-body.ts';
import { following } from './following.ts';

/** The limits of a network that a test plays. */
export interface HttpOverOptions {
  /** Milliseconds of patience, in place of what the connector asks for; for providers that never answer. */
  readonly timeoutMs?: number;
}

/**
 * The network of a connector, answered by `fetch`: with the limits and the errors of the real one. Like that, it follows
 * a redirect only where the request says `redirect: 'follow'`.
 */
export function httpOver(fetch: Fetch, options: HttpOverOptions = {}): OpenHttp {
  const send = following(fetch);
  return ({ maxBytes = 2 * 1024 * 1024 } = {}) =>
    async (input, init) => {
      const { host } = new URL(input instanceof Request ? input.url : input);
      const response = await patiently(send(input, { redirect: redirectOf(input), ...init }), {
        host,
        ...options,
      }).catch((cause: unknown) => {
        throw unreachable(host, cause);
      });
      if (response.body === null) return response;
      const { status, statusText, headers } = response;
      return new Response(limitedBody(response.body, { maxBytes, host }), { status, statusText, headers });
    };
}

/** A Request says `follow` when nobody chose; following must be asked for in `init`. */
const redirectOf = (input: Parameters<Fetch>[0]): 'error' | 'manual' =>
  input instanceof Request && input.redirect === 'error' ? 'error' : 'manual';

async function patiently<T>(answer: Promise<T>, { timeoutMs, host }: HttpOverOptions & { host: string }): Promise<T> {
  if (timeoutMs === undefined) return answer;
  const patience = AbortSignal.timeout(timeoutMs);
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(new OstiaryError('upstream/unavailable', 'Too slow.', { detail: { host } }));
  patience.addEventListener('abort', giveUp, { once: true });
  return Promise.race([answer, promise]).finally(() => patience.removeEventListener('abort', giveUp));
}
