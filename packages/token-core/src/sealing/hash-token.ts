import { hash, timingSafeEqual } from 'node:crypto';

/**
 * SHA-256 of a token as base64url: how authorization codes, refresh tokens and the like are stored and looked up.
 * For high-entropy values only; passwords need a password hash.
 */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url');
}

/**
 * Compares two secrets, or two hashes. The time it takes depends on neither the place of the first difference nor on
 * whether the lengths are equal, because digests are compared.
 */
export function safeEqual(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
