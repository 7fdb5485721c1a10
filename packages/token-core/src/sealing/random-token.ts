import type { RandomBytes } from '@ostiary/primitives';

const DEFAULT_BYTES = 32;

/**
 * An unguessable token, URL-safe text (base64url).
 *
 * @param bytes how many random bytes; 32 give 43 characters.
 */
export function randomToken(random: RandomBytes, bytes: number = DEFAULT_BYTES): string {
  return Buffer.from(random(bytes)).toString('base64url');
}
