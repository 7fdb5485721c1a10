import { OstiaryError } from '@ostiary/primitives';
import { CLOCK_SKEW_SECONDS, type Schedule } from '../rotation/plan-rotation.ts';
import { isSigningAlgorithm, type SigningAlgorithm } from './signing-algorithms.ts';

/** How signing keys come and go. All durations are whole seconds. */
export interface RotationPolicy {
  /** A key of each is kept ready. The first is the default. */
  readonly algorithms: readonly [SigningAlgorithm, ...SigningAlgorithm[]];
  /**
   * How long a key signs. Less than `verifierCache` plus two minutes cannot be kept, because a key is published that
   * long before it signs; the ring warns, and rotates as fast as is safe.
   */
  readonly rotationPeriod: number;
  /** The longest life of a token. The minter refuses longer ones. */
  readonly tokenLifetime: number;
  /** How long a verifier may keep a JWKS: the `max-age` it is served with. */
  readonly verifierCache: number;
}

/**
 * Checks a policy and answers the plan that follows from it: a key stays published until the last token it signed
 * has expired on the slowest clock, plus the time verifiers keep a JWKS.
 *
 * @throws {OstiaryError} `config/invalid` for a duration that is no positive whole number, or no usable algorithm.
 */
export function toSchedule(policy: RotationPolicy): Schedule<SigningAlgorithm> {
  const { algorithms, rotationPeriod, tokenLifetime, verifierCache } = policy;
  for (const [name, value] of Object.entries({ rotationPeriod, tokenLifetime, verifierCache })) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    throw new OstiaryError('config/invalid', `The key policy needs ${name} as a positive whole number of seconds.`);
  }
  if (algorithms.length === 0 || !algorithms.every(isSigningAlgorithm)) {
    throw new OstiaryError('config/invalid', 'The key policy needs at least one algorithm of RS256, ES256 and EdDSA.');
  }
  return {
    algorithms: [...new Set(algorithms)],
    period: rotationPeriod,
    cachedFor: verifierCache,
    keepFor: tokenLifetime + verifierCache + CLOCK_SKEW_SECONDS,
  };
}
