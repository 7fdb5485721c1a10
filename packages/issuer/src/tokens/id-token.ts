import { type Json, OstiaryError } from '@ostiary/primitives';
import type { IssuerContext } from '../context.ts';
import { requireBelieved, type SignedToken } from './believed.ts';

/** An ID token of this issuer that counts now. */
export interface IdToken extends SignedToken {
  readonly audience: readonly Json[];
}

/**
 * Reads an ID token that somebody brings: signature, issuer, times, and whether its login was ended since.
 *
 * @throws {OstiaryError} `token/invalid` for what is no ID token of this issuer, or must not be believed any more;
 *   `storage/unavailable`.
 */
export async function readIdToken(token: string, context: IssuerContext): Promise<IdToken> {
  const { claims } = await context.verifier.idToken(token);
  const { jti, aud = [], azp } = claims;
  const audience = [aud].flat();
  // The audience of one is who it was issued to; among several, `azp` says which.
  const clientId = azp ?? audience[0];
  if (typeof jti !== 'string' || typeof clientId !== 'string') {
    throw new OstiaryError('token/invalid', 'The ID token is not complete.');
  }
  const read = { id: jti, clientId, audience, claims };
  await requireBelieved(read, context);
  return read;
}
