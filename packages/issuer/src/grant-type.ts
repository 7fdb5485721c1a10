/** The grants that the token endpoint knows (RFC 6749 section 4), by their names in a request and in discovery. */
export const grantTypes = [
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'client_credentials',
] as const;

/** One of {@link grantTypes}. */
export type GrantType = (typeof grantTypes)[number];

/** RFC 8628 section 3.4. */
export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

/** The one that gives a token of ours for one of a provider (RFC 8693 section 2.1). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** A client acts for itself (RFC 6749 section 4.4). As in Dex, it is there only where it was asked for by name. */
export const CLIENT_CREDENTIALS = 'client_credentials';
