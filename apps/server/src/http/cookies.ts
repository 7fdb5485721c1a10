/** Cookies by the issuer's bare names. Only this file knows what they are called in the browser. */
import type { SetCookie } from '@ostiary/issuer';

const PREFIX = '__Host-';
// RFC 6265 section 4.1.1. The issuer seals its values as base64url, so anything else is a fault of ours.
const cookieName = /^[\w!#$%&'*+.^`|~-]+$/;
const cookieValue = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

export interface Cookies {
  /** The issuer's cookies of a `Cookie` header, under their bare names. Of two with one name the first counts. */
  parse(header: string | undefined): ReadonlyMap<string, string>;
  /**
   * A `Set-Cookie` value.
   *
   * @throws {TypeError} when name or value cannot stand in a cookie.
   */
  serialize(cookie: SetCookie): string;
}

const none: ReadonlyMap<string, string> = new Map();

/**
 * Cookies of an issuer. Below https they carry the `__Host-` prefix, so that neither a sibling domain nor a page
 * without TLS can plant one (RFC 6265bis section 4.1.3.2); a cookie without the prefix is then not ours. Browsers
 * refuse the prefix on plain http, where development happens, so there the bare name is used.
 */
export function createCookies(scheme: 'http' | 'https'): Cookies {
  const prefix = scheme === 'https' ? PREFIX : '';
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${scheme === 'https' ? '; Secure' : ''}`;
  return {
    parse: (header) => (header === undefined ? none : parsePairs(header, prefix)),
    serialize({ name, value, maxAgeSeconds }) {
      if (!cookieName.test(name) || !cookieValue.test(value)) throw new TypeError('a cookie has a forbidden character');
      const seconds = value === '' ? 0 : maxAgeSeconds;
      const maxAge = seconds === undefined ? '' : `; Max-Age=${Math.max(0, Math.floor(seconds))}`;
      return `${prefix}${name}=${value}${maxAge}${attributes}`;
    },
  };
}

function parsePairs(header: string, prefix: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0) continue;
    const name = pair.slice(0, equals).trim();
    if (!name.startsWith(prefix) || name === prefix) continue;
    const bare = name.slice(prefix.length);
    if (!found.has(bare)) found.set(bare, pair.slice(equals + 1).trim());
  }
  return found;
}
