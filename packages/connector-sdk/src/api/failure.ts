/** What an answer of an API that is no success means. */
import { isOstiaryError, OstiaryError, type OstiaryErrorOptions } from '@ostiary/primitives';

/** Facts about an answer, for the log. */
export type Detail = NonNullable<OstiaryErrorOptions['detail']>;

/** The error for a 401 to the token of a person. */
export function ended(detail: Detail): OstiaryError {
  const message = 'The identity provider no longer accepts this login. Log in again.';
  return new OstiaryError('upstream/protocol', message, { detail: { ...detail, status: 401 } });
}

/** The error for an answer that the API gave instead of what it was asked for. */
export function refusal(status: number, detail: Detail): OstiaryError {
  const message = 'The identity provider refused the request of this service. Tell your administrator.';
  return new OstiaryError('upstream/protocol', message, { detail: { ...detail, status } });
}

/** The status of an API's refusal, or `undefined` for any other error. 401 means that the token is no longer good. */
export function refusedStatus(error: unknown): number | undefined {
  if (!isOstiaryError(error, 'upstream/protocol')) return undefined;
  const { status } = error.detail;
  return typeof status === 'number' ? status : undefined;
}

/** The reason of an API's 403, as the `forbidden` of its options read it; `undefined` for any other error. */
export function refusedReason(error: unknown): string | undefined {
  if (!isOstiaryError(error, 'upstream/protocol') || refusedStatus(error) !== 403) return undefined;
  const { reason } = error.detail;
  return typeof reason === 'string' ? reason : undefined;
}

/** The error for a 403 of a firewall or a proxy: the provider has said nothing, so nobody's login ends. */
export function inBetween(detail: Detail): OstiaryError {
  const message = 'Something in front of the identity provider refused the request. Try again later.';
  return new OstiaryError('upstream/unavailable', message, { detail: { ...detail, status: 403 } });
}

/** The error for an API that wants to be asked later. */
export function limited(detail: Detail): OstiaryError {
  const message = 'The identity provider wants fewer requests. Try again later.';
  return new OstiaryError('upstream/unavailable', message, { detail });
}
