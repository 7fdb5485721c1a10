import { createHmac } from 'node:crypto';
import type { Secret } from '@ostiary/primitives';

/** What a derived token depends on, besides the secret. */
export interface DeriveOptions {
  /** Random, kept with the record: without it the secret alone gives nothing. */
  readonly salt: string;
  /** What the token is for: for another purpose the same secret and salt give another one. */
  readonly purpose: string;
}

/**
 * A token that only who has both the secret and the salt can make again: a retry is given the same answer, and neither
 * the storage nor the client holds it beforehand. It is HMAC-SHA-256, one block of the HKDF-Expand of RFC 5869: a secret
 * of full entropy needs no HKDF-Extract (section 3.3).
 *
 * @param secret a high-entropy secret, such as a refresh token. A password is not one.
 * @returns 43 characters of base64url.
 */
export function deriveToken(secret: Secret, { salt, purpose }: DeriveOptions): string {
  // The info names this use, so that no other code that derives from the same secret gets this token. As JSON, because
  // two parts must not run into each other.
  const info = JSON.stringify(['ostiary/derive-token/1', purpose, salt]);
  return createHmac('sha256', secret.reveal()).update(info).update(FIRST_BLOCK).digest('base64url');
}

const FIRST_BLOCK = Uint8Array.of(1);
