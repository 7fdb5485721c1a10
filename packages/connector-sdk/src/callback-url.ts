import { OstiaryError } from '@ostiary/primitives';

/** What is known about the callback of a connector. */
export interface CallbackChoice {
  /** Dex's `redirectURI`, if it is configured. */
  readonly configured?: string | undefined;
  /** The URL the issuer passes to `begin` and `finish`. */
  readonly callbackUrl: string;
  /** Id of the connector. */
  readonly id: string;
}

/**
 * The callback URL to name to the provider. Without `redirectURI` it is the issuer's URL for this connector,
 * `<issuer>/callback/<id>`. Configurations made for Dex have the URL that all connectors share, `<issuer>/callback`,
 * registered at the provider; it is taken as well, byte for byte. Any other would send the code to somebody else.
 *
 * @throws {OstiaryError} `config/invalid` naming both URLs.
 */
export function chooseCallbackUrl({ configured, callbackUrl, id }: CallbackChoice): string {
  if (configured === undefined) return callbackUrl;
  const own = `/${encodeURIComponent(id)}`;
  const shared = callbackUrl.endsWith(own) ? callbackUrl.slice(0, -own.length) : callbackUrl;
  if (configured === callbackUrl || configured === shared || configured === `${shared}${own}`) return configured;
  const message = `redirectURI: must be ${shared}${own} or ${shared}. Correct it, here and at the provider.`;
  throw new OstiaryError('config/invalid', message, { detail: { connector: id, redirectURI: configured } });
}
