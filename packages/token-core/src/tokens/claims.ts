import { type IssuerId, type Json, type JsonObject, OstiaryError } from '@ostiary/primitives';

/** Claims that only the minter sets. This is the one list of them. */
export const reservedClaims = [
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'azp',
  'nonce',
  'auth_time',
  'sid',
  'at_hash',
  'c_hash',
  'client_id',
  'scope',
  'events',
] as const;

const reservedNames: ReadonlySet<string> = new Set(reservedClaims);

/** A claim that the minter alone sets. */
export type ReservedClaim = (typeof reservedClaims)[number];

/** Claims about a person: anything but the reserved ones. `undefined` cannot occur, because it is not JSON. */
export type ExtraClaims = { readonly [name: string]: Json } & { readonly [Name in ReservedClaim]?: never };

/** Values of the claims the minter owns, in the order in which they are written. */
export interface OwnClaims {
  readonly iss: IssuerId;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly azp: string | undefined;
  readonly nonce: string | undefined;
  readonly auth_time: number | undefined;
  readonly sid: string | undefined;
  readonly at_hash?: string | undefined;
  readonly c_hash?: string | undefined;
  readonly client_id?: string;
  readonly scope?: string | undefined;
  readonly events?: JsonObject;
}

/**
 * The body of a token, as JSON. Own claims first, then the others. Types stop our own code from supplying a reserved name; this stops data that came
 * from outside.
 *
 * @throws {OstiaryError} `token/reserved_claim` naming the claims.
 */
export function tokenPayload(own: OwnClaims, extra: JsonObject): string {
  const stolen = Object.keys(extra).filter((name) => reservedNames.has(name));
  if (stolen.length > 0) {
    throw new OstiaryError('token/reserved_claim', 'A claim was supplied that only the issuer may set.', {
      detail: { claims: stolen },
    });
  }
  return JSON.stringify({ ...own, ...extra });
}
