/** Proof Key for Code Exchange (RFC 7636), towards the provider. */
import { createHash } from 'node:crypto';
import type { RandomBytes } from '@ostiary/primitives';

/** `plain` sends the verifier itself and protects from little; it is for providers that know nothing else. */
export type PkceMethod = 'S256' | 'plain';

/** 256 bits as base64url, for verifiers, nonces and states. */
export function randomToken(random: RandomBytes): string {
  return Buffer.from(random(32)).toString('base64url');
}

/** What the authorization request carries for a verifier. */
export function codeChallenge(verifier: string, method: PkceMethod): Readonly<Record<string, string>> {
  const challenge = method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url');
  return { code_challenge: challenge, code_challenge_method: method };
}
