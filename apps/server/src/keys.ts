/** From the configuration to the policy by which signing keys rotate. */
import type { RotationPolicy } from '@ostiary/token-core';
import type { Config } from './config/config.ts';

/**
 * How long verifiers may keep the JWKS, in seconds. A key is published for this long before it signs. Shorter means
 * more requests for the JWKS, longer a slower change of keys in an emergency.
 */
const VERIFIER_CACHE = 600;

/** Keys for every algorithm that a client wants, kept until the longest token of any client has expired. */
export function rotationPolicy({
  signing,
  clients,
  lifetimes,
}: Pick<Config, 'signing' | 'clients' | 'lifetimes'>): RotationPolicy {
  const wanted = clients.flatMap(({ signingAlgorithm }) => signingAlgorithm ?? []);
  return {
    algorithms: [signing.algorithm, ...new Set(wanted)],
    rotationPeriod: signing.rotationPeriod,
    tokenLifetime: Math.max(lifetimes.idToken, ...clients.map(({ idTokenLifetime }) => idTokenLifetime ?? 0)),
    verifierCache: VERIFIER_CACHE,
  };
}
