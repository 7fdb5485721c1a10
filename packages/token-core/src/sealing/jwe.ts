import { CompactEncrypt, type CryptoKey, compactDecrypt } from 'jose';

/** AES-GCM with a 256-bit key that is used directly (RFC 7518 sections 4.5 and 5.3). */
const alg = 'dir';
const enc = 'A256GCM';

/** Larger than anything we seal, and small enough that opening a forgery costs nothing to speak of. */
const LONGEST_SEALED = 1_000_000;

/** What encrypts: a prepared key, or the bytes of one that is used once. */
export type SealingKey = CryptoKey | Uint8Array;

/** A compact JWE (RFC 7516) around `text`. Its header is readable by all and authenticated. */
export function encrypt(text: string, key: SealingKey, kid?: string): Promise<string> {
  const header = kid === undefined ? { alg, enc } : { alg, enc, kid };
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header).encrypt(key);
}

/**
 * The text inside, or `undefined` for anything that was not encrypted with this key. Never throws, whatever it gets.
 * No other algorithm than ours is tried, so a forger cannot make us derive keys from passwords or unpack archives.
 */
export async function decrypt(sealed: string, key: SealingKey): Promise<string | undefined> {
  if (sealed.length > LONGEST_SEALED) return undefined;
  try {
    const options = { keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: [enc] };
    const { plaintext } = await compactDecrypt(sealed, key, options);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plaintext);
  } catch {
    return undefined;
  }
}
