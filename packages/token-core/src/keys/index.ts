/** Signing keys: the table of algorithms, rotation, the ring that replicas share. */
export { type KeepFreshOptions, keepFresh } from '../rotation/keep-fresh.ts';
export type { Phase } from '../rotation/plan-rotation.ts';
export { hasSigningKeys } from './has-signing-keys.ts';
export {
  createKeyRing,
  type KeyRing,
  type KeyRingOptions,
  type KeyRingStatus,
  type KeyStatus,
  type VerificationKey,
} from './key-ring.ts';
export { type LocalSignerOptions, localSigner } from './local-signer.ts';
export type { RotationPolicy } from './rotation-policy.ts';
export type { Signer } from './signer.ts';
export { isSigningAlgorithm, type SigningAlgorithm, signingAlgorithms } from './signing-algorithms.ts';
