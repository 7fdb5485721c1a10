import type { Secret } from '@ostiary/primitives';
import { decodeJwt } from 'jose';

/**
 * The claims inside an access token that is a JWT (RFC 9068); `undefined` for one that is opaque. The signature is not
 * checked: good only for a token that came from the token endpoint itself over TLS, never for one that was handed in.
 */
export function claimsInside(accessToken: Secret): Readonly<Record<string, unknown>> | undefined {
  try {
    return decodeJwt(accessToken.reveal());
  } catch {
    return undefined;
  }
}
