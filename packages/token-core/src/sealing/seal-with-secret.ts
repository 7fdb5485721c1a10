import { hkdf } from 'node:crypto';
import { promisify } from 'node:util';
import type { Json, Secret } from '@ostiary/primitives';
import { decrypt, encrypt } from './jwe.ts';

const KEY_BYTES = 32;
const deriveBits = promisify(hkdf);

/**
 * Encrypts a value so that only who brings the secret again can read it: the storage alone is not enough. The key is
 * derived from the secret and the purpose (HKDF-SHA-256, RFC 5869), so what was sealed for one purpose does not open
 * for another.
 *
 * @param secret a high-entropy secret, such as a refresh token. A password is not one.
 */
export async function sealWithSecret(secret: Secret, value: Json, purpose: string): Promise<string> {
  return encrypt(JSON.stringify(value), await deriveKey(secret, purpose));
}

/** What {@link sealWithSecret} sealed with this secret for this purpose; `undefined` for everything else. */
export async function openWithSecret(secret: Secret, sealed: string, purpose: string): Promise<Json | undefined> {
  const text = await decrypt(sealed, await deriveKey(secret, purpose));
  // The text is authentic, and JSON.stringify of a Json value wrote it.
  return text === undefined ? undefined : (JSON.parse(text) as Json);
}

/** The info string names this use, so that no other code that derives keys from the same secret gets this one. */
async function deriveKey(secret: Secret, purpose: string): Promise<Uint8Array> {
  return new Uint8Array(
    await deriveBits('sha256', secret.reveal(), '', `ostiary/seal-with-secret/1/${purpose}`, KEY_BYTES),
  );
}
