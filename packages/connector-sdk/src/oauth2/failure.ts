/**
 * What a failure at a provider means. The library's errors carry response bodies and claims as their cause, and so
 * tokens; only their code goes on.
 */
import { isOstiaryError, OstiaryError, type OstiaryErrorOptions } from '@ostiary/primitives';
import { AuthorizationResponseError, ResponseBodyError, WWWAuthenticateChallengeError } from 'oauth4webapi';

/** Answers by which the person or the provider declines (RFC 6749, OpenID Connect Core; the last two are LinkedIn's). */
export const declined: ReadonlySet<string> = new Set([
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
  'user_cancelled_login',
  'user_cancelled_authorize',
]);

/** Answers that may be another one in a minute. */
const temporary: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable', 'slow_down']);

/**
 * Other codes that are registered, or that GitHub (from `incorrect_client_credentials` on), Microsoft and LinkedIn (the last
 * two) have for what is wrong with a client. Anything else a provider says is not repeated, for it may repeat what it was sent.
 */
const known: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'invalid_scope',
  'invalid_target',
  'invalid_token',
  'insufficient_scope',
  'incorrect_client_credentials',
  'redirect_uri_mismatch',
  'bad_verification_code',
  'unverified_user_email',
  'application_suspended',
  'invalid_resource',
  'unauthorized_scope_error',
]);

/** The OAuth error code in a failure, if a provider answered with one. */
export function oauthErrorCode(error: unknown): string | undefined {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) return error.error;
  if (error instanceof WWWAuthenticateChallengeError) return error.cause[0]?.parameters.error ?? 'invalid_client';
  return undefined;
}

/**
 * Turns whatever a request to a provider failed with into an `OstiaryError`: `login/denied`, `upstream/unavailable`
 * or `upstream/protocol`. An error that is not about the provider comes back as it is.
 */
export function providerFailure(error: unknown): unknown {
  const ours = findOstiaryError(error);
  if (ours !== undefined) return ours;
  const code = oauthErrorCode(error);
  if (code !== undefined) return answeredError(code);
  const reason = libraryCode(error);
  if (reason === undefined) return error;
  const field = error instanceof Error ? fieldIn(error.message) : undefined;
  return unbelievable({ reason, ...(field === undefined ? {} : { field }) });
}

/** Claims, and members of an answer, that the libraries name in quotes when something is wrong with one. */
const fields = [
  ...['iss', 'aud', 'azp', 'exp', 'iat', 'nbf', 'sub', 'nonce', 'auth_time', 'at_hash', 'state'],
  ...['access_token', 'token_type', 'id_token', 'expires_in', 'refresh_token', 'scope'],
];

/** What an error of a library is about. Nothing else of its words goes on, for they may hold what was sent. */
const fieldIn = (message: string): string | undefined => fields.find((name) => message.includes(`"${name}"`));

/** The error for an answer that must not be believed. `detail` is for the log. */
export function unbelievable(detail: NonNullable<OstiaryErrorOptions['detail']>): OstiaryError {
  return new OstiaryError('upstream/protocol', 'The answer of the identity provider cannot be trusted.', { detail });
}

/** The error for a token that is encrypted: there is no key to decrypt with, and the libraries' words do not say so. */
export function encryptedToken(): OstiaryError {
  return unbelievable({ reason: 'token that is encrypted', remedy: 'let the provider sign it and not encrypt it' });
}

function answeredError(code: string): OstiaryError {
  const error = known.has(code) || declined.has(code) || temporary.has(code) ? code : 'another error';
  const detail = { error };
  if (declined.has(code))
    return new OstiaryError('login/denied', 'The login was declined at the provider.', { detail });
  if (temporary.has(code)) {
    return new OstiaryError('upstream/unavailable', 'The identity provider is busy. Try again later.', { detail });
  }
  const message = 'The identity provider refused the request of this service. Tell your administrator.';
  return new OstiaryError('upstream/protocol', message, { detail });
}

/** A broken connection that was met while a body was read is wrapped by the library that read it. */
function findOstiaryError(error: unknown): OstiaryError | undefined {
  if (isOstiaryError(error)) return error;
  return error instanceof Error && error.cause !== undefined ? findOstiaryError(error.cause) : undefined;
}

/** `OAUTH_RESPONSE_IS_NOT_JSON`, `ERR_JWT_EXPIRED`: the code of an error of oauth4webapi or jose. */
function libraryCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^(?:OAUTH_|ERR_J)/u.test(error.code) ? error.code : undefined;
}
