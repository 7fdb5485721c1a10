/** What an error of the directory means. */
import { OstiaryError } from '@ostiary/primitives';
import { ResultCodeError } from 'ldapts';

/** Result codes (RFC 4511 appendix A) by which a server says: not now. */
const busy: ReadonlySet<number> = new Set([3, 11, 51, 52, 80]);

/** Result codes by which a server refuses a password: invalid credentials, and what password policies answer. */
const wrongPassword: ReadonlySet<number> = new Set([19, 49]);

/** The result code the server answered with, if it answered. */
export const resultCode = (error: unknown): number | undefined =>
  error instanceof ResultCodeError ? error.code : undefined;

/** True when the server says that name or password are wrong. */
export const isWrongPassword = (error: unknown): boolean => wrongPassword.has(resultCode(error) ?? 0);

/**
 * Turns whatever went wrong into an `OstiaryError`: `upstream/unavailable` when no answer came or the server is busy,
 * `upstream/protocol` when it refused. What the server wrote is not repeated: it may hold names and parts of filters.
 */
export function directoryFailure(error: unknown, server: string): OstiaryError {
  if (error instanceof OstiaryError) return error;
  const code = resultCode(error);
  if (code !== undefined && !busy.has(code)) {
    const message = 'The directory refused the request of this service. Tell your administrator.';
    return new OstiaryError('upstream/protocol', message, { detail: { server, resultCode: code } });
  }
  const reason = code === undefined ? reasonOf(error) : `result code ${code}`;
  const message = 'The directory cannot be reached at this moment. Try again later.';
  return new OstiaryError('upstream/unavailable', message, { detail: { server, reason } });
}

/** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, or the name of the error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** What Active Directory says behind `data` when it refuses a bind ([MS-ERREF] section 2.2), in words for the log. */
const refusals: Readonly<Record<string, string>> = {
  '530': 'may not log in at this time',
  '531': 'may not log in from here',
  '532': 'password has expired',
  '533': 'account is disabled',
  '701': 'account has expired',
  '773': 'password must be changed first',
  '775': 'account is locked',
};

/** Why Active Directory refused a bind, unless name or password were wrong or it does not say. */
export function refusalOf(error: unknown): string | undefined {
  const [, code = ''] = error instanceof Error ? (/\bdata ([0-9a-f]{3}),/iu.exec(error.message) ?? []) : [];
  return refusals[code.toLowerCase()];
}
