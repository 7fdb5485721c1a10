/** Asking again after 429, 5xx or a broken connection: only what may be asked twice, seldom, and not forever. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, type Fetch, isOstiaryError, type RandomBytes } from '@ostiary/primitives';

/** How often and how patiently a request is repeated. */
export interface RetryOptions {
  readonly now: Clock;
  readonly random: RandomBytes;
  /** Requests in all, the first included. Default: 3. */
  readonly attempts?: number;
  /** Milliseconds before the second request; doubled for each after it, then a random part of it. Default: 200. */
  readonly baseMs?: number;
  /** Milliseconds: a provider that asks for a longer wait (`Retry-After`) gets no second request. Default: 2000. */
  readonly maxWaitMs?: number;
  /** Milliseconds from the first request after which there is no other: somebody is waiting. Default: 3000. */
  readonly budgetMs?: number;
  /** Repeat every method. Default: GET and HEAD. */
  readonly idempotent?: boolean;
  /** Waits; for tests. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

const retryStatuses: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/**
 * A `fetch` that repeats GET and HEAD requests when the provider is overloaded or breaks off. Other methods are sent
 * once, unless all are known to be idempotent: a code or a refresh token may be spent although no answer came.
 */
export function retrying(fetch: Fetch, options: RetryOptions): Fetch {
  const { attempts = 3, budgetMs = 3000, idempotent = false, now, wait = delay } = options;
  return async (input, init) => {
    const end = now().getTime() + budgetMs;
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
    const last = idempotent || method === 'GET' || method === 'HEAD' ? attempts : 1;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await attemptOnce(() => fetch(input, init));
      const waitMs = attempt < last ? pauseBefore(outcome, attempt, options) : undefined;
      if (waitMs === undefined || now().getTime() + waitMs > end) return settle(outcome);
      if ('response' in outcome) await outcome.response.body?.cancel();
      await wait(waitMs);
    }
  };
}

type Outcome = { readonly response: Response } | { readonly error: unknown };

async function attemptOnce(send: () => Promise<Response>): Promise<Outcome> {
  try {
    return { response: await send() };
  } catch (error) {
    return { error };
  }
}

function settle(outcome: Outcome): Response {
  if ('error' in outcome) throw outcome.error;
  return outcome.response;
}

/** Milliseconds until the next request, or `undefined` when there should be none. */
function pauseBefore(outcome: Outcome, attempt: number, options: RetryOptions): number | undefined {
  const { baseMs = 200, maxWaitMs = 2000 } = options;
  const backOff = Math.min(maxWaitMs, baseMs * 2 ** (attempt - 1)) * (0.5 + unitInterval(options.random) / 2);
  if ('error' in outcome) return isOstiaryError(outcome.error, 'upstream/unavailable') ? backOff : undefined;
  if (!retryStatuses.has(outcome.response.status)) return undefined;
  const asked = retryAfterMs(outcome.response.headers.get('retry-after'), options.now);
  if (asked === undefined) return backOff;
  return asked > maxWaitMs ? undefined : Math.max(asked, backOff);
}

/** `Retry-After` (RFC 9110 section 10.2.3) as milliseconds from now: a number of seconds or a date. */
export function retryAfterMs(header: string | null, now: Clock): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/u.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now().getTime());
}

/** At least 0, below 1. */
const unitInterval = (random: RandomBytes): number => new DataView(random(4).slice().buffer).getUint32(0) / 2 ** 32;
