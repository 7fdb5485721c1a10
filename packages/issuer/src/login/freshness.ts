import { OstiaryError } from '@ostiary/primitives';
import { epochSeconds, type IssuerContext } from '../context.ts';
import type { AuthorizationRequest } from '../requests/authorization-request.ts';
import type { CompletedLogin } from './complete.ts';
import { begunAt } from './transaction.ts';

/** Seconds that the clock of a provider may be behind ours. */
const CLOCK_SKEW = 10;

/**
 * Whether the client wants to know that somebody logged in, not only that they had once. Our own login has just begun
 * and any session is the provider's, so the provider is asked for a new login even if an old one might do.
 */
export function wantsFreshLogin({ prompt, maxAge }: AuthorizationRequest): boolean {
  return prompt.includes('login') || maxAge !== undefined;
}

/**
 * When the person proved who they are (`auth_time`), in seconds since the epoch: now at our own form, else when the
 * provider says. Where it does not say, the moment at which it sent the person here, unless the client gave a `max_age`.
 *
 * @throws {OstiaryError} `oauth/login_required` when the client wants a fresh login and this one is not, or, with
 *   `max_age`, may not be (OpenID Connect Core section 3.1.2.1).
 */
export function authTimeOf(login: CompletedLogin, { now: clock }: Pick<IssuerContext, 'now'>): number {
  const { identity, entry, authorization, transaction } = login;
  const now = epochSeconds(clock());
  if (entry.connector.via === 'password') return now;
  const told = identity.authentication?.time;
  const time = told === undefined ? now : Math.min(now, epochSeconds(told));
  // `prompt=login` has been handed on. At providers that say no more than that, no client of Dex got more either.
  const isSilent = told === undefined && authorization.maxAge === undefined;
  if (isSilent || !wantsFreshLogin(authorization)) return time;
  if (told === undefined) {
    throw new OstiaryError('oauth/login_required', 'The provider does not say when the login was.', {
      detail: { connector: entry.id },
    });
  }
  if (time + CLOCK_SKEW < oldestAllowed(authorization, { begun: begunAt(transaction), now })) {
    throw new OstiaryError('oauth/login_required', 'The login at the provider is older than the request allows.');
  }
  return time;
}

/** What was done since the request is fresh, however long it took. Before that, `max_age` counts. */
function oldestAllowed(
  { prompt, maxAge }: AuthorizationRequest,
  { begun, now }: { readonly begun: number; readonly now: number },
): number {
  return prompt.includes('login') || maxAge === undefined ? begun : Math.min(begun, now - maxAge);
}
