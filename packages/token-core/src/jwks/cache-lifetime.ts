import { freshFor } from '../rotation/plan-rotation.ts';

/** What the age of a key set depends on. */
export interface CacheLifetimeInput {
  /** How long a verifier may keep a JWKS, in seconds. */
  readonly verifierCache: number;
  /** When the keys were read from the storage, in seconds since the epoch. */
  readonly loadedAt: number;
  /** In seconds since the epoch. */
  readonly now: number;
}

/**
 * `max-age` of a JWKS, in seconds. It is the policy's while the keys are fresh. A replica that lost its storage
 * cannot know of keys that others made since, so it promises only as long as none of those can have signed: less and
 * less, down to 0.
 */
export function jwksMaxAge({ verifierCache, loadedAt, now }: CacheLifetimeInput): number {
  return Math.max(0, Math.min(verifierCache, loadedAt + freshFor(verifierCache) - now));
}
