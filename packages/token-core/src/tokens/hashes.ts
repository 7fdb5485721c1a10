import { hash } from 'node:crypto';
import { type SigningAlgorithm, signingAlgorithms } from '../keys/signing-algorithms.ts';

/**
 * `at_hash` of an access token or `c_hash` of a code (OpenID Connect Core sections 3.1.3.6 and 3.3.2.11): the left
 * half of the hash that belongs to the ID token's algorithm, as base64url. Ed25519 hashes with SHA-512.
 */
export function halfHash(value: string, alg: SigningAlgorithm): string {
  const digest = hash(signingAlgorithms[alg].hash, value, 'hex');
  return Buffer.from(digest.slice(0, digest.length / 2), 'hex').toString('base64url');
}
