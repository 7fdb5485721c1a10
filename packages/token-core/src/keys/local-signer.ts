import { OstiaryError } from '@ostiary/primitives';
import { CompactSign, type CryptoKey } from 'jose';
import type { Signer } from './signer.ts';
import type { SigningAlgorithm } from './signing-algorithms.ts';

/** A private key, its id and its algorithm. */
export interface LocalSignerOptions {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly privateKey: CryptoKey;
}

/** A signer with the key in this process. WebCrypto signs on a thread of its own. */
export function localSigner({ kid, alg, privateKey }: LocalSignerOptions): Signer {
  return {
    kid,
    alg,
    async sign(payload, typ) {
      const header = typ === undefined ? { alg, kid } : { alg, kid, typ };
      try {
        return await new CompactSign(payload).setProtectedHeader(header).sign(privateKey);
      } catch (cause) {
        throw new OstiaryError('keys/unavailable', 'Signing failed. Please try again.', {
          cause,
          detail: { kid, alg },
        });
      }
    },
  };
}
