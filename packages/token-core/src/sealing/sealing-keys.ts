import { type Deps, OstiaryError } from '@ostiary/primitives';
import type { RecordKind, StorageDriver } from '@ostiary/storage-sdk';
import type { CryptoKey } from 'jose';
import { CLOCK_SKEW_SECONDS } from '../rotation/plan-rotation.ts';
import { openSharedKeys, type SharedKey, type SharedKeys } from '../rotation/shared-keys.ts';
import { sharedKeysKind } from '../rotation/shared-keys-kind.ts';
import { randomToken } from './random-token.ts';

export type SealingAlgorithm = 'A256GCM';

/** How sealing keys come and go. Whole seconds. */
export interface SealingPolicy {
  /** How long a key seals. */
  readonly rotationPeriod: number;
  /** How long after that it opens what it sealed: the longest life of anything sealed. */
  readonly keepFor: number;
}

/** All sealing keys of an issuer. Version 1: the first form, see `test/golden/sealing-keys.v1.json`. */
export const sealingKeysKind: RecordKind<readonly SharedKey<SealingAlgorithm>[]> = sharedKeysKind({
  kind: 'sealing-keys',
  version: 1,
  algorithms: ['A256GCM'],
});

const KEY_BYTES = 32;
const KID_BYTES = 6;

/** Opens the sealing keys, and makes the first one when there is none. */
export function openSealingKeys(
  storage: StorageDriver,
  { rotationPeriod, keepFor }: SealingPolicy,
  deps: Pick<Deps, 'now' | 'random' | 'log'>,
): Promise<SharedKeys<SealingAlgorithm, CryptoKey>> {
  return openSharedKeys<SealingAlgorithm, CryptoKey>({
    topic: 'sealing_keys',
    storage,
    kind: sealingKeysKind,
    // Nobody but replicas keeps a copy of these keys, and they refresh within the time the lead allows for anyway.
    schedule: { algorithms: ['A256GCM'], period: rotationPeriod, cachedFor: 0, keepFor: keepFor + CLOCK_SKEW_SECONDS },
    deps,
    generate: async () => ({
      kid: randomToken(deps.random, KID_BYTES),
      jwk: { kty: 'oct', k: randomToken(deps.random, KEY_BYTES) },
    }),
    prepare: importSealingKey,
    // A sealing key is needed whole as long as something sealed with it lives.
    strip: (key) => key,
  });
}

/** Imported once: jose would do it again for every call when it is handed the bytes. */
async function importSealingKey({ kid, jwk }: SharedKey<SealingAlgorithm>): Promise<CryptoKey> {
  const bytes = Buffer.from(jwk.k ?? '', 'base64url');
  if (jwk.kty === 'oct' && bytes.length === KEY_BYTES) {
    return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  }
  throw new OstiaryError('storage/corrupt', 'A stored sealing key cannot be used.', { detail: { kid } });
}
