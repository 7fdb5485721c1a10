import { isOstiaryError, OstiaryError } from '@ostiary/primitives';

/** The error for a provider that did not answer. The log learns the host and a reason, the person neither. */
export function unreachable(host: string, cause: unknown): OstiaryError {
  if (isOstiaryError(cause)) return cause;
  const message = 'The identity provider cannot be reached at this moment. Try again later.';
  return new OstiaryError('upstream/unavailable', message, { cause, detail: { host, reason: reasonOf(cause) } });
}

/** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `TimeoutError`: the innermost name of a failure. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
