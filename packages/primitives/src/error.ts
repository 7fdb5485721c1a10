import type { Json } from './json.ts';

/**
 * Every error code and the HTTP status it has when it reaches a stranger. The part before the slash says whose fault
 * it is; `oauth/*` codes carry the registered OAuth error code (RFC 6749, RFC 6750, RFC 7009, RFC 8628, RFC 8693, OpenID
 * Connect Core) behind it.
 */
const statusOf = {
  /** The configuration is wrong; start-up stops or a value is refused. */
  'config/invalid': 500,
  /** The person may not log in: wrong group, blocked, not in an allow-list. */
  'login/not_allowed': 403,
  /** The person, or the provider on their behalf, said no (OAuth `access_denied`). */
  'login/denied': 403,
  /** The login was finished before, took too long, or belongs to another browser. */
  'login/expired': 400,
  /** The upstream provider cannot be reached or answers 5xx or 429. Trying again may help. */
  'upstream/unavailable': 503,
  /** The upstream provider answered something its protocol forbids (wrong issuer, bad signature, ...). */
  'upstream/protocol': 502,
  /** The storage cannot be reached. Trying again may help. */
  'storage/unavailable': 503,
  /** A compare-and-set lost against others more often than is reasonable. Trying again may help. */
  'storage/conflict': 503,
  /** A stored record cannot be read by this version. */
  'storage/corrupt': 500,
  /** No signing key may sign at this moment. */
  'keys/unavailable': 503,
  /** Claims were supplied that belong to the issuer (`iss`, `exp`, ...). */
  'token/reserved_claim': 500,
  /** A token is malformed, forged, expired or meant for somebody else. */
  'token/invalid': 401,
  /** Sealed data (a cookie, a stored upstream token) cannot be opened. */
  'seal/invalid': 400,
  'oauth/invalid_request': 400,
  'oauth/invalid_client': 401,
  'oauth/invalid_grant': 400,
  'oauth/unauthorized_client': 400,
  'oauth/unsupported_grant_type': 400,
  'oauth/unsupported_response_type': 400,
  /** RFC 7009 section 2.2.1. */
  'oauth/unsupported_token_type': 400,
  'oauth/invalid_scope': 400,
  'oauth/access_denied': 400,
  'oauth/authorization_pending': 400,
  'oauth/slow_down': 400,
  'oauth/expired_token': 400,
  'oauth/invalid_target': 400,
  'oauth/server_error': 500,
  'oauth/temporarily_unavailable': 503,
  'oauth/login_required': 400,
  'oauth/consent_required': 400,
  'oauth/interaction_required': 400,
  'oauth/request_not_supported': 400,
  'oauth/request_uri_not_supported': 400,
  'oauth/invalid_token': 401,
  'oauth/insufficient_scope': 403,
} as const;

/** A code of {@link OstiaryError}: whose fault it is, a slash, what happened. */
export type ErrorCode = keyof typeof statusOf;

/** What an error knows besides its code and its sentence. */
export interface OstiaryErrorOptions {
  /** What went wrong underneath. Logged, never shown. */
  readonly cause?: unknown;
  /** Facts for the log. Never a token, a password or a key. */
  readonly detail?: Readonly<Record<string, Json>>;
}

/** `instanceof` fails when two copies of this package are loaded; a registered symbol does not. */
const brand = Symbol.for('ostiary.error');

/**
 * The one error class of all packages: a code for programs, a sentence (`message`), a detail for the log. The sentence
 * is fit for a stranger, but for faults of whoever runs the server (status 500): hosts keep those to the log. Anything
 * else that is thrown is a bug and reaches a stranger as `server_error` without text.
 */
export class OstiaryError extends Error {
  override readonly name = 'OstiaryError';
  readonly code: ErrorCode;
  readonly detail: Readonly<Record<string, Json>>;

  constructor(code: ErrorCode, message: string, options: OstiaryErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail ?? {};
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * True for an {@link OstiaryError}, also one made by another copy of this package.
 *
 * @param code when given, true only for errors with this code.
 */
export function isOstiaryError(error: unknown, code?: ErrorCode): error is OstiaryError {
  return error instanceof Error && brand in error && (code === undefined || ('code' in error && error.code === code));
}

/** The HTTP status that belongs to a code. */
export function errorStatus(code: ErrorCode): number {
  return statusOf[code];
}
