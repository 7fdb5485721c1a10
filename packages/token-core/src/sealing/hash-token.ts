import { hash, timingSafeEqual } from 'node:crypto';

/**
 * SHA-256 of a token as base64url: how authorization codes, refresh tokens and the like are stored and looked up.
 * For high-entropy values only; passwords need a password hash.
 */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url');
}

/**
 * Compares two secrets, or two hashes. The time it takes does not depend on the place of the first difference. It does
 * on whether they are of equal length, which tells nothing of what is in them.
 */
export function safeEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
