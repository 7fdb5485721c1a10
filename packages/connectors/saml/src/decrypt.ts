/** Encrypted assertions (SAML 2.0 Core section 6). Only authenticated encryption: CBC tells an attacker too much. */
import { XMLSerializer } from '@xmldom/xmldom';
import { decrypt } from 'xml-encryption';
import { ns } from './names.ts';
import { refusal } from './refusal.ts';
import { attribute, descendants, is, onlyChild } from './xml.ts';

const encryption11 = 'http://www.w3.org/2009/xmlenc11#';

/** AES in Galois/Counter Mode. */
const contentAlgorithms: ReadonlySet<string> = new Set([`${encryption11}aes128-gcm`, `${encryption11}aes256-gcm`]);
/** RSA with OAEP. */
const keyAlgorithms: ReadonlySet<string> = new Set([`${ns.encryption}rsa-oaep-mgf1p`, `${encryption11}rsa-oaep`]);

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
  checkForm(encrypted);
  const xml = new XMLSerializer().serializeToString(encrypted);
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

/** One ciphertext and one key for it, so that there is no question which of several belongs to which. */
function checkForm(encrypted: Element): void {
  const data = onlyChild(encrypted, ns.encryption, 'EncryptedData');
  const found = (name: string) => [...descendants(encrypted)].filter((e) => is(e, ns.encryption, name));
  const [key, ...otherKeys] = found('EncryptedKey');
  if (key === undefined || otherKeys.length > 0 || found('EncryptedData').length > 1) {
    throw refusal('encrypted assertion of another form');
  }
  if (found('CipherReference').length > 0) throw refusal('encrypted assertion that points elsewhere');
  checkAlgorithm(onlyChild(data, ns.encryption, 'EncryptionMethod'), contentAlgorithms);
  checkAlgorithm(onlyChild(key, ns.encryption, 'EncryptionMethod'), keyAlgorithms);
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
