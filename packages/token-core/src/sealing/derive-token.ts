import { hkdfSync } from 'node:crypto';
import type { Secret } from '@ostiary/primitives';

const BYTES = 32;

/** What a derived token depends on, besides the secret. */
export interface DeriveOptions {
  /** Random, kept with the record: without it the secret alone gives nothing. */
  readonly salt: string;
  /** What the token is for: for another purpose the same secret and salt give another one. */
  readonly purpose: string;
}

/**
 * A token that only who has both the secret and the salt can make again (HKDF-SHA-256, RFC 5869): a retry is given the
 * same answer, and neither the storage nor the client holds it beforehand.
 *
 * @param secret a high-entropy secret, such as a refresh token. A password is not one.
 * @returns 43 characters of base64url.
 */
export function deriveToken(secret: Secret, { salt, purpose }: DeriveOptions): string {
  // The info string names this use, so that no other code that derives from the same secret gets this token.
  const info = `ostiary/derive-token/1/${purpose}`;
  return Buffer.from(hkdfSync('sha256', secret.reveal(), salt, info, BYTES)).toString('base64url');
}
