import { isOstiaryError, type Json, type JsonObject, OstiaryError } from '@ostiary/primitives';
import type { IssuerContext } from '../context.ts';
import { requireBelieved, type SignedToken } from './believed.ts';

/** An access token of this issuer that counts now. */
export interface AccessToken extends SignedToken {
  readonly audience: readonly Json[];
  /** Seconds since the epoch. */
  readonly expires: number;
}

/**
 * Reads an access token that somebody brings: signature, issuer, times, and whether it, or its login, was revoked.
 *
 * @throws {OstiaryError} `token/invalid` for what is no access token of this issuer, or must not be believed any more.
 */
export async function readAccessToken(token: string, context: IssuerContext): Promise<AccessToken> {
  const { claims } = await context.verifier.accessToken(token);
  const { jti, client_id: clientId, aud = [], exp } = claims;
  if (typeof jti !== 'string' || typeof clientId !== 'string' || typeof exp !== 'number') {
    throw new OstiaryError('token/invalid', 'The access token is not complete.');
  }
  const read = { id: jti, clientId, audience: [aud].flat(), expires: exp, claims };
  await requireBelieved(read, context);
  return read;
}

/** The same, for whom a token that does not count is an answer like any other. */
export async function findAccessToken(token: string, context: IssuerContext): Promise<AccessToken | undefined> {
  try {
    return await readAccessToken(token, context);
  } catch (error) {
    if (isOstiaryError(error, 'token/invalid')) return undefined;
    throw error;
  }
}

/** Claims of an access token that tell about the token, not about the person. */
const aboutTheToken = new Set([
  'iss',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'azp',
  'client_id',
  'scope',
  'at_hash',
  'auth_time',
  'nonce',
  'sid',
]);

/** What an access token says of the person: `sub`, and what its scopes allow. */
export function claimsOfPerson({ claims }: AccessToken): JsonObject {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !aboutTheToken.has(name)));
}
