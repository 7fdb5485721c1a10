/** What an error of the directory means. */
import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import { ResultCodeError } from 'ldapts';

const REFERRAL = 10;
const NO_SUCH_OBJECT = 32;
const INVALID_CREDENTIALS = 49;

/**
 * Result codes (RFC 4511 appendix A) by which a server says: not now, or not here. A server that is not filled yet lacks
 * the base; one of 389 Directory Server refers to another where the state of its suffix is `referral`.
 */
const retryable: ReadonlySet<number> = new Set([3, REFERRAL, 11, NO_SUCH_OBJECT, 51, 52, 80]);

/** Those by which it says that another server should be asked: not here, busy, unavailable. */
const elsewhere: ReadonlySet<number> = new Set([REFERRAL, NO_SUCH_OBJECT, 51, 52]);

/**
 * Result codes by which a server refuses a bind because of who binds: invalid credentials (49), what password policies
 * answer (19), accounts that are inactive (53, as 389 Directory Server and FreeIPA say), gone (32), without a password
 * (48) or without the right to bind (50). That it wants TLS or a stronger bind (8, 13) is a fault of the configuration.
 */
const refused: ReadonlySet<number> = new Set([19, 32, 48, 49, 50, 53]);

/** The result code the server answered with, if it answered. */
export const resultCode = (error: unknown): number | undefined =>
  error instanceof ResultCodeError ? error.code : undefined;

/** True when the server refused a bind because of the account or its password. */
export const isRefused = (error: unknown): boolean => refused.has(resultCode(error) ?? 0);

/** True when the entry where a search begins is not there, or not shown to the account of this service. */
export const isWithoutBase = (error: unknown): boolean => resultCode(error) === NO_SUCH_OBJECT;

/** What a failure says of the connection: no answer came, or the server says that another one should be asked. */
export type Fate = 'lost' | 'elsewhere';

/** What the failure of a search says of the connection; `undefined`: nothing. */
export function fateOf(error: unknown): Fate | undefined {
  if (isOstiaryError(error)) return undefined;
  const code = resultCode(error);
  if (code === undefined) return 'lost';
  return elsewhere.has(code) ? 'elsewhere' : undefined;
}

/**
 * Turns whatever went wrong into an `OstiaryError`: `upstream/unavailable` when no answer came, the server is busy, refers
 * to another one, or lacks the place where to search; `upstream/protocol` when it refused. What the server wrote is not
 * repeated: it may hold names and parts of filters.
 */
export function directoryFailure(error: unknown, server: string): OstiaryError {
  if (error instanceof OstiaryError) return error;
  const code = resultCode(error);
  if (code !== undefined && !retryable.has(code)) {
    const message = 'The directory refused the request of this service. Tell your administrator.';
    return new OstiaryError('upstream/protocol', message, { detail: { server, resultCode: code } });
  }
  const reason = code === undefined ? reasonOf(error) : `result code ${code}${hints.get(code) ?? ''}`;
  const message = 'The directory cannot be reached at this moment. Try again later.';
  return new OstiaryError('upstream/unavailable', message, { detail: { server, reason } });
}

/** For the operator, where it may be the configuration that is wrong. */
const hints: ReadonlyMap<number, string> = new Map([
  [REFERRAL, ': the server refers to another one; if it always does, name that one as host'],
  [NO_SUCH_OBJECT, ': where the search begins there is nothing, or nothing that the account of this service may see'],
]);

/**
 * `ECONNREFUSED`, `CERT_HAS_EXPIRED`, or the name of the error. Where ldapts has no name for it: which question had no
 * answer, and behind it what the socket says. Nothing of that is from a message of the server.
 */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === 'Error' ? error.message.split('\n').slice(0, 2).join(': ') : error.name;
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

/**
 * Why a bind was refused, for the log: what Active Directory says, what 389 Directory Server says of an expired password,
 * or the result code; `undefined`: a wrong password.
 */
export function refusalOf(error: unknown): string | undefined {
  const said = error instanceof Error ? error.message : '';
  const isExpired = said.startsWith('password expired!');
  const data = isExpired ? '532' : (/\bdata ([0-9a-f]{3}),/iu.exec(said)?.[1] ?? '');
  const code = resultCode(error);
  return refusals[data.toLowerCase()] ?? (code === INVALID_CREDENTIALS ? undefined : `result code ${code}`);
}
