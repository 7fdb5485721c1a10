import { OstiaryError } from './error.ts';

/**
 * An issuer identifier (OpenID Connect Discovery 1.0 section 3), kept byte for byte as it was written: verifiers
 * compare `iss` as a string, and `new URL(x).href` would add a slash.
 */
export type IssuerId = string & { readonly __brand: 'IssuerId' };

/** `URL` also reads what only browsers repair: line breaks within, backslashes, `https:a.example`. Verifiers do not. */
const hasFormOfUrl = /^[a-z][a-z0-9+.-]*:\/\/[^\s\p{Cc}\\/][^\s\p{Cc}\\]*$/iu;

/**
 * Checks an issuer identifier: an absolute http or https URL without user info, query or fragment.
 *
 * @param text the identifier as configured; it is returned unchanged.
 * @throws {OstiaryError} `config/invalid` naming what is wrong.
 */
export function parseIssuerId(text: string): IssuerId {
  const url = hasFormOfUrl.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  const problem =
    url === undefined
      ? 'is not an absolute URL'
      : url.protocol !== 'https:' && url.protocol !== 'http:'
        ? 'must be an http or https URL'
        : url.username !== '' || url.password !== ''
          ? 'must not contain a user name or password'
          : text.includes('?') || text.includes('#')
            ? 'must not contain a query or fragment'
            : undefined;
  if (problem !== undefined) {
    throw new OstiaryError('config/invalid', `The issuer ${problem}, for example https://login.example.com/dex.`);
  }
  return text as IssuerId;
}

/** The path every route of the issuer lives under: `/dex` for `https://a.example/dex/`, empty for no path. */
export function issuerPath(issuer: IssuerId): string {
  return new URL(issuer).pathname.replace(/\/+$/, '');
}

/** An absolute URL below the issuer: `issuerUrl(issuer, '/token')`. A trailing slash of the issuer is not doubled. */
export function issuerUrl(issuer: IssuerId, path: `/${string}`): string {
  return issuer.replace(/\/+$/, '') + path;
}
