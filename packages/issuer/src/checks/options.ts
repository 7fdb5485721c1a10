import { OstiaryError, parseIssuerId } from '@ostiary/primitives';
import { defaultPasswordAttempts } from '../login/password-budget.ts';
import { LOGIN_COOKIE } from '../login/transaction.ts';
import { LOGOUT_COOKIE } from '../logout/way-back.ts';
import type { IssuerOptions, SessionOptions } from '../options.ts';

/** Seconds a code may live (RFC 6749 section 4.1.2). */
const LONGEST_CODE = 600;

/**
 * Checks what the types of the options cannot say, so that an issuer that could only fail, later and in the middle of a
 * login, is not made at all.
 *
 * @throws {OstiaryError} `config/invalid` naming the option and what it must be.
 */
export function checkOptions(options: IssuerOptions): void {
  const { lifetimes, protocol, sessions, passwordAttempts = defaultPasswordAttempts } = options;
  const { refreshToken } = lifetimes;
  parseIssuerId(options.issuer);
  // What lives longer would outlive the published key that it was signed with.
  wholeNumber('lifetimes.idToken', lifetimes.idToken, { least: 1, most: options.keys.tokenLifetime });
  wholeNumber('lifetimes.login', lifetimes.login, { least: 1 });
  wholeNumber('lifetimes.code', lifetimes.code, { least: 1, most: LONGEST_CODE });
  if (lifetimes.device !== undefined) wholeNumber('lifetimes.device', lifetimes.device, { least: 1 });
  wholeNumber('lifetimes.refreshToken.reuseInterval', refreshToken.reuseInterval, { least: 0 });
  for (const name of ['absolute', 'idle'] as const) {
    const seconds = refreshToken[name];
    if (seconds !== undefined) wholeNumber(`lifetimes.refreshToken.${name}`, seconds, { least: 1 });
  }
  if (sessions !== undefined) checkSessions(sessions);
  for (const name of ['perAccount', 'perAddress'] as const) {
    wholeNumber(`passwordAttempts.${name}`, passwordAttempts[name], { least: 0 });
  }
  wholeNumber('passwordAttempts.window', passwordAttempts.window, { least: 1 });
  if (protocol.grantTypes?.includes('authorization_code') === false) {
    throw new OstiaryError('config/invalid', 'The option protocol.grantTypes must name authorization_code.');
  }
  const { pkceMethods } = protocol;
  if (pkceMethods.length === 0 || !pkceMethods.every((method) => method === 'S256' || method === 'plain')) {
    throw new OstiaryError('config/invalid', 'The option protocol.pkceMethods must name S256, plain or both.');
  }
}

function checkSessions({ cookieName, absolute, idle }: SessionOptions): void {
  wholeNumber('sessions.absolute', absolute, { least: 1 });
  wholeNumber('sessions.idle', idle, { least: 1, most: absolute });
  const taken = [LOGIN_COOKIE, LOGOUT_COOKIE];
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(cookieName) && !taken.some((prefix) => cookieName.startsWith(prefix))) return;
  throw new OstiaryError(
    'config/invalid',
    `The option sessions.cookieName must be a token of RFC 9110 and not begin with ${taken.join(' or ')}.`,
  );
}

interface Bounds {
  readonly least: number;
  readonly most?: number;
}

function wholeNumber(option: string, value: number, { least, most = Number.MAX_SAFE_INTEGER }: Bounds): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new OstiaryError('config/invalid', `The option ${option} must be a whole number ${bounds}.`);
}
