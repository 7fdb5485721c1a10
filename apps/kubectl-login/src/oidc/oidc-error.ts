/** Turns what oauth4webapi and the network throw into errors that a person can act on. */
import { isOstiaryError, type OstiaryError } from '@ostiary/primitives';
import * as oauth from 'oauth4webapi';
import { isBug } from '../http/network-failure.ts';
import { plainText } from '../plain-text.ts';
import { problem } from '../problem.ts';

/** The issuer says that the refresh token is no longer good: only a new login helps. */
export function isSessionEnded(error: unknown): boolean {
  return error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant';
}

/**
 * An error for the person. A fault of ours is given back as it is: nobody else is to blame for it.
 *
 * @param doing what was attempted, as the middle of a sentence: "reading the discovery document".
 */
export function explainOidcError(error: unknown, issuer: string, doing: string): unknown {
  if (isOstiaryError(error) || isBug(error)) return error;
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError) {
    return refused(error, issuer);
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return problem({
      code: 'upstream/protocol',
      cause: `${issuer} asked for client authentication (${error.status}) when ${doing}.`,
      remedy: 'kubectl login needs a public client: check --client-id, and that the client has no secret.',
      error,
    });
  }
  return problem({
    code: 'upstream/protocol',
    cause: `${issuer} gave an answer that cannot be accepted when ${doing}: ${messageOf(error)}.`,
    remedy: 'Check the issuer address; if it is right, tell the operator of the issuer.',
    error,
  });
}

function messageOf(error: unknown): string {
  return plainText(error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}

const REMEDIES: Readonly<Record<string, string>> = {
  access_denied: 'Log in again and accept, or ask for access to this issuer.',
  expired_token: 'Log in again, and type the code a little sooner.',
  invalid_client: 'Check --client-id; the issuer must know it as a public client.',
  unauthorized_client: 'Check --client-id; the issuer must know it as a public client.',
  invalid_scope: 'Choose scopes that the issuer knows: --scope "openid email"',
  invalid_redirect_uri:
    'The issuer must allow http://127.0.0.1 with any port; else use --listen-address and --callback-path.',
  temporarily_unavailable: 'Try again in a minute.',
  server_error: 'Try again; if it stays, tell the operator of the issuer.',
};

function refused(error: oauth.ResponseBodyError | oauth.AuthorizationResponseError, issuer: string): OstiaryError {
  const description = error.error_description === undefined ? '' : `: ${plainText(error.error_description)}`;
  const cause = `${issuer} refused with ${plainText(error.error)}${description}`;
  return problem({
    code: 'login/denied',
    cause: /[.!?…]$/.test(cause) ? cause : `${cause}.`,
    remedy: REMEDIES[error.error] ?? 'Log in again: kubectl login ISSUER',
    error,
  });
}

/** An answer that says "not now": worth another attempt. */
export function assertAvailable(response: Response, issuer: string): void {
  if (response.status < 500 && response.status !== 429) return;
  throw problem({
    code: 'upstream/unavailable',
    cause: `${issuer} answered with status ${response.status}.`,
    remedy: 'Try again in a minute; if it stays, tell the operator of the issuer.',
  });
}
