/** Public keys: what a JWKS endpoint may say, and for how long. */
export { type CacheLifetimeInput, jwksMaxAge } from './cache-lifetime.ts';
export { type JwkNames, type PublicJwk, type PublicJwkSet, toPublicJwk } from './jwk-set.ts';
