import { type AuthorizationServer, validateAuthResponse } from 'oauth4webapi';
import { providerFailure } from './failure.ts';

/** What the answer to an authorization request has to fit (RFC 6749 section 4.1.2, RFC 9207). */
export interface CallbackCheck {
  readonly server: AuthorizationServer;
  readonly clientId: string;
  /** What the browser brought back. */
  readonly params: URLSearchParams;
  /** The state that was sent. */
  readonly state: string;
}

/**
 * Checks what the browser brought back: `state`, and `iss` when it is there or the provider says that it always is
 * (RFC 9207), before anything else is believed.
 *
 * @returns the parameters, marked as checked; {@link redeemCode} takes no others.
 * @throws {OstiaryError} `login/denied`, `upstream/unavailable` or `upstream/protocol` by what the provider answered.
 */
export function checkCallback({ server, clientId, params, state }: CallbackCheck): URLSearchParams {
  try {
    return validateAuthResponse(server, { client_id: clientId }, params, state);
  } catch (error) {
    throw providerFailure(error);
  }
}
