/** Encrypted assertions (SAML 2.0 Core section 6). Only authenticated encryption: CBC tells an attacker too much. */
import { XMLSerializer } from '@xmldom/xmldom';
import { decrypt } from 'xml-encryption';
import { ns } from './names.ts';
import { refusal } from './refusal.ts';
import { attribute, children, descendants, is, onlyChild, optionalChild } from './xml.ts';

const encryption11 = 'http://www.w3.org/2009/xmlenc11#';

/** AES in Galois/Counter Mode. */
const contentAlgorithms: ReadonlySet<string> = new Set([`${encryption11}aes128-gcm`, `${encryption11}aes256-gcm`]);
/** RSA with OAEP. */
const keyAlgorithms: ReadonlySet<string> = new Set([`${ns.encryption}rsa-oaep-mgf1p`, `${encryption11}rsa-oaep`]);

/** Digests of OAEP. The library takes any other for SHA-1, and then nothing decrypts. */
const digests: ReadonlySet<string> = new Set([
  `${ns.signature}sha1`,
  `${ns.encryption}sha256`,
  `${ns.encryption}sha512`,
  // Some write these two, which nobody defined.
  `${ns.signature}sha256`,
  `${ns.signature}sha512`,
]);

/**
 * Decrypts an `EncryptedAssertion`. That it can be decrypted says nothing of who encrypted it: everybody has the
 * public key. A signature must say that.
 *
 * @param keys private keys in PEM; the first that fits is used, so that a new key can come before the old one goes.
 * @returns the text of the assertion.
 * @throws {OstiaryError} `upstream/protocol` for another algorithm, another form, or when no key fits.
 */
export async function decryptAssertion(encrypted: Element, keys: readonly string[]): Promise<string> {
  if (keys.length === 0) throw refusal('encrypted assertion, and no decryptionKeys in the configuration');
  const xml = rebuilt(partsOf(encrypted));
  let cause: unknown;
  for (const key of keys) {
    try {
      return await decryptWith(key, xml);
    } catch (error) {
      cause = error;
    }
  }
  throw refusal('encrypted assertion that no key decrypts', { keys: keys.length }, cause);
}

/** What an encrypted assertion is made of. */
interface Parts {
  /** The ciphertext. */
  readonly data: Element;
  /** Its key, encrypted for us. */
  readonly key: Element;
}

/**
 * One ciphertext and one key for it, so that there is no question which of several belongs to which. The key stands in
 * the KeyInfo of the ciphertext or beside the ciphertext (SAML 2.0 Core section 2.3.4).
 */
function partsOf(encrypted: Element): Parts {
  const data = onlyChild(encrypted, ns.encryption, 'EncryptedData');
  const found = (name: string) => [...descendants(encrypted)].filter((e) => is(e, ns.encryption, name));
  const places = [encrypted, ...children(data, ns.signature, 'KeyInfo')];
  const [key] = places.flatMap((place) => children(place, ns.encryption, 'EncryptedKey'));
  const extra = [...found('EncryptedKey').slice(1), ...found('EncryptedData').slice(1)];
  if (key === undefined || extra.length > 0) throw refusal('encrypted assertion of another form');
  if (found('CipherReference').length > 0) throw refusal('encrypted assertion that points elsewhere');
  checkAlgorithm(onlyChild(data, ns.encryption, 'EncryptionMethod'), contentAlgorithms);
  const method = onlyChild(key, ns.encryption, 'EncryptionMethod');
  checkAlgorithm(method, keyAlgorithms);
  const digest = optionalChild(method, ns.signature, 'DigestMethod');
  if (digest !== undefined) checkAlgorithm(digest, digests);
  return { data, key };
}

/** The ciphertext with its key in KeyInfo, where the library looks for it, and with nothing that it could take for one. */
function rebuilt({ data, key }: Parts): string {
  const keyInfo = data.ownerDocument.createElementNS(ns.signature, 'KeyInfo');
  keyInfo.appendChild(key.cloneNode(true));
  const alone = data.cloneNode(false);
  const part = (name: string) => onlyChild(data, ns.encryption, name).cloneNode(true);
  for (const child of [part('EncryptionMethod'), keyInfo, part('CipherData')]) alone.appendChild(child);
  return new XMLSerializer().serializeToString(alone);
}

function checkAlgorithm(method: Element, allowed: ReadonlySet<string>): void {
  const algorithm = attribute(method, 'Algorithm') ?? '';
  if (!allowed.has(algorithm)) throw refusal('encryption algorithm that is not allowed', { algorithm });
}

function decryptWith(key: string, xml: string): Promise<string> {
  return new Promise((resolve, reject) => {
    decrypt(xml, { key, disallowDecryptionWithInsecureAlgorithm: true }, (error, text) => {
      if (error === null) resolve(text);
      else reject(error);
    });
  });
}
