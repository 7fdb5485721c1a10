import { OstiaryError } from '@ostiary/primitives';
import type { CryptoKey } from 'jose';
import type { Signer } from './signer.ts';
import { type SigningAlgorithm, signingAlgorithms } from './signing-algorithms.ts';

/** A private key, its id and its algorithm. */
export interface LocalSignerOptions {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly privateKey: CryptoKey;
}

/** A signer with the key in this process. WebCrypto signs on a thread of its own. */
export function localSigner({ kid, alg, privateKey }: LocalSignerOptions): Signer {
  const { webCrypto } = signingAlgorithms[alg];
  return {
    kid,
    alg,
    async sign(data) {
      try {
        return new Uint8Array(await crypto.subtle.sign(webCrypto, privateKey, data));
      } catch (cause) {
        throw new OstiaryError('keys/unavailable', 'Signing failed. Please try again.', {
          cause,
          detail: { kid, alg },
        });
      }
    },
  };
}
