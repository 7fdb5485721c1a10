import type { RecordKind } from '@ostiary/storage-sdk';
import type { SharedKey } from '../rotation/shared-keys.ts';
import { sharedKeysKind } from '../rotation/shared-keys-kind.ts';
import { isSigningAlgorithm, type SigningAlgorithm, signingAlgorithms } from './signing-algorithms.ts';

/** One signing key as it is stored. Its private members are there while it may sign. */
export type SigningKey = SharedKey<SigningAlgorithm>;

/** All signing keys of an issuer. Version 1: the first form, see `test/golden/signing-keys.v1.json`. */
export const signingKeysKind: RecordKind<readonly SigningKey[]> = sharedKeysKind({
  kind: 'signing-keys',
  version: 1,
  algorithms: Object.keys(signingAlgorithms).filter(isSigningAlgorithm),
});
