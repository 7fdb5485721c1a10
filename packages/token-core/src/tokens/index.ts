/** Minting and verifying the issuer's own tokens. */
export { type ExtraClaims, type ReservedClaim, reservedClaims } from './claims.ts';
export { halfHash } from './hashes.ts';
export {
  type AccessTokenInput,
  createMinter,
  type IdTokenInput,
  type LogoutTokenInput,
  type Minted,
  type Minter,
  type MinterOptions,
  type TokenInput,
} from './mint.ts';
export { decodeSubject, encodeSubject, type SubjectParts } from './subject.ts';
export {
  createVerifier,
  type VerifiedToken,
  type Verifier,
  type VerifierOptions,
  type VerifyIdTokenOptions,
} from './verify.ts';
