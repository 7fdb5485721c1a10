/** The closed lists of algorithms. What is not here is refused, whatever a library could do. */
import { createHash, createPublicKey, type KeyLike, type KeyType, verify, type X509Certificate } from 'node:crypto';
import type { HashAlgorithm, SignatureAlgorithm, SignedXml } from 'xml-crypto';
import { ns } from './names.ts';

type Registry = SignedXml['SignatureAlgorithms'];
type Hashes = SignedXml['HashAlgorithms'];

interface Method {
  readonly hash: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  readonly key: 'rsa' | 'ec';
}

const more = 'http://www.w3.org/2001/04/xmldsig-more#';

const methods: Readonly<Record<string, Method>> = {
  [`${more}rsa-sha256`]: { hash: 'sha256', key: 'rsa' },
  [`${more}rsa-sha384`]: { hash: 'sha384', key: 'rsa' },
  [`${more}rsa-sha512`]: { hash: 'sha512', key: 'rsa' },
  [`${more}ecdsa-sha256`]: { hash: 'sha256', key: 'ec' },
  [`${more}ecdsa-sha384`]: { hash: 'sha384', key: 'ec' },
  [`${more}ecdsa-sha512`]: { hash: 'sha512', key: 'ec' },
};

const digests: Readonly<Record<string, Method['hash']>> = {
  [`${ns.encryption}sha256`]: 'sha256',
  [`${more}sha384`]: 'sha384',
  [`${ns.encryption}sha512`]: 'sha512',
};

const sha1Methods: Readonly<Record<string, Method>> = { [`${ns.signature}rsa-sha1`]: { hash: 'sha1', key: 'rsa' } };
const sha1Digests: Readonly<Record<string, Method['hash']>> = { [`${ns.signature}sha1`]: 'sha1' };

/** Ways to sign, and digests, in the form that xml-crypto takes. */
export interface Algorithms {
  readonly signatures: Registry;
  readonly hashes: Hashes;
}

/**
 * Algorithms that are believed: RSA (PKCS #1 v1.5) and ECDSA with SHA-256 or better; no HMAC, so that nobody signs with
 * a public key.
 *
 * @param options.sha1 take RSA with SHA-1 as well, for a provider that cannot do better.
 */
export function algorithms({ sha1 }: { readonly sha1: boolean }): Algorithms {
  const signatures = { ...methods, ...(sha1 ? sha1Methods : {}) };
  const hashes = { ...digests, ...(sha1 ? sha1Digests : {}) };
  return {
    signatures: Object.fromEntries(Object.entries(signatures).map(([uri, method]) => [uri, verifier(uri, method)])),
    hashes: Object.fromEntries(Object.entries(hashes).map(([uri, hash]) => [uri, hasher(uri, hash)])),
  };
}

function verifier(uri: string, { hash, key: type }: Method): Registry[string] {
  return class implements SignatureAlgorithm {
    verifySignature(signedInfo: string, key: KeyLike, signature: string): boolean {
      const publicKey = createPublicKey(key);
      // A key that is no key for this algorithm verifies nothing (algorithm confusion).
      if (publicKey.asymmetricKeyType !== type) return false;
      // XML Signature 1.1 section 6.4.3: r and s one after the other, not in ASN.1. RSA does not look at it.
      return verify(
        hash,
        Buffer.from(signedInfo),
        { key: publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64'),
      );
    }
    getSignature(): never {
      throw new Error('only verifies');
    }
    getAlgorithmName(): string {
      return uri;
    }
  };
}

function hasher(uri: string, hash: Method['hash']): Hashes[string] {
  return class implements HashAlgorithm {
    getHash(xml: string): string {
      return createHash(hash).update(xml, 'utf8').digest('base64');
    }
    getAlgorithmName(): string {
      return uri;
    }
  };
}

const keyTypes: ReadonlySet<KeyType | string | undefined> = new Set(['rsa', 'ec']);

/** Bits an RSA key must have at least; what is shorter can be factored. */
const minModulusBits = 2048;

/** Why a certificate cannot be the key of a provider; `undefined` when it can. */
export function keyProblem({ publicKey }: X509Certificate): string | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = publicKey;
  if (!keyTypes.has(asymmetricKeyType))
    return `a key of type ${asymmetricKeyType ?? 'unknown'}, which is neither RSA nor EC`;
  const bits = asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < minModulusBits) return `an RSA key of ${bits} bits, which is too short`;
  return undefined;
}
