import { OstiaryError } from '@ostiary/primitives';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import { toPublicJwk } from '../jwks/jwk-set.ts';
import type { StoredJwk } from '../rotation/shared-keys.ts';
import type { SigningKey } from './key-record.ts';
import { type SigningAlgorithm, signingAlgorithms } from './signing-algorithms.ts';

/** A key ready for use. `privateKey` is absent once the key has retired. */
export interface ImportedKey {
  readonly publicKey: CryptoKey;
  readonly privateKey?: CryptoKey;
}

/**
 * A new key pair. Runs off the event loop. Its id is its thumbprint (RFC 7638), which is unique and lets a reader of
 * the record see that material and id belong together.
 */
export async function generateSigningKey(alg: SigningAlgorithm): Promise<Pick<SigningKey, 'kid' | 'jwk'>> {
  const { privateKey } = await generateKeyPair(alg, { ...signingAlgorithms[alg], extractable: true });
  const jwk = stringMembers(await exportJWK(privateKey));
  return { kid: await calculateJwkThumbprint(jwk), jwk };
}

/** The key without its private members. The same object when there are none. */
export function withoutPrivateMembers(key: SigningKey): SigningKey {
  if (key.jwk.d === undefined) return key;
  const { kid: _kid, alg: _alg, use: _use, ...jwk } = toPublicJwk(key.jwk, key);
  return { ...key, jwk };
}

/**
 * Prepares a stored key for signing and verifying.
 *
 * @throws {OstiaryError} `storage/corrupt` when the material is no key, or not the one its id names.
 */
export async function importSigningKey(key: SigningKey): Promise<ImportedKey> {
  try {
    if ((await calculateJwkThumbprint(key.jwk)) !== key.kid) throw new Error('the kid is not the thumbprint');
    const publicKey = asCryptoKey(await importJWK({ ...toPublicJwk(key.jwk, key) }, key.alg));
    if (isShort(publicKey)) throw new Error('the RSA key has fewer than 2048 bits');
    if (key.jwk.d === undefined) return { publicKey };
    return { publicKey, privateKey: asCryptoKey(await importJWK(key.jwk, key.alg, { extractable: false })) };
  } catch (cause) {
    throw new OstiaryError('storage/corrupt', 'A stored signing key cannot be used.', {
      cause,
      detail: { kid: key.kid, alg: key.alg },
    });
  }
}

/** RFC 7518 section 3.3. WebCrypto would sign with such a key, and verifiers refuse what it signed. */
function isShort({ algorithm }: CryptoKey): boolean {
  return 'modulusLength' in algorithm && Number(algorithm.modulusLength) < signingAlgorithms.RS256.modulusLength;
}

function asCryptoKey(key: CryptoKey | Uint8Array): CryptoKey {
  if (key instanceof Uint8Array) throw new Error('a symmetric key cannot sign tokens');
  return key;
}

function stringMembers(jwk: object): StoredJwk {
  return Object.fromEntries(Object.entries(jwk).filter(([, value]) => typeof value === 'string'));
}
