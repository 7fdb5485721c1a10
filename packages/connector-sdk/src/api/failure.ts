/** What an answer of an API that is no success means. */
import { isOstiaryError, OstiaryError, type OstiaryErrorOptions } from '@ostiary/primitives';

type Detail = NonNullable<OstiaryErrorOptions['detail']>;

/** The error for an answer that the API gave instead of what it was asked for. */
export function refusal(status: number, detail: Detail): OstiaryError {
  const message =
    status === 401
      ? 'The identity provider no longer accepts this login. Log in again.'
      : 'The identity provider refused the request of this service. Tell your administrator.';
  return new OstiaryError('upstream/protocol', message, { detail: { ...detail, status } });
}

/** The status of an API's refusal, or `undefined` for any other error. 401 means that the token is no longer good. */
export function refusedStatus(error: unknown): number | undefined {
  if (!isOstiaryError(error, 'upstream/protocol')) return undefined;
  const { status } = error.detail;
  return typeof status === 'number' ? status : undefined;
}

/** The error for an API that wants to be asked later. */
export function limited(detail: Detail): OstiaryError {
  const message = 'The identity provider wants fewer requests. Try again later.';
  return new OstiaryError('upstream/unavailable', message, { detail });
}
