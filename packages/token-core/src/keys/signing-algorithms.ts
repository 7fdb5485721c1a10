/** The one table of signing algorithms. Everything that depends on an algorithm takes an entry of it. */
export const signingAlgorithms = {
  /** RSASSA-PKCS1-v1_5: the default, because every verifier has it, kube-apiserver's flags included. */
  RS256: {
    kty: 'RSA',
    hash: 'sha256',
    webCrypto: { name: 'RSASSA-PKCS1-v1_5' },
    kubernetes: true,
    modulusLength: 2048,
  },
  /** ECDSA on P-256: tokens about 250 bytes shorter. Clusters need a structured authentication configuration. */
  ES256: {
    kty: 'EC',
    hash: 'sha256',
    webCrypto: { name: 'ECDSA', hash: 'SHA-256' },
    kubernetes: true,
    crv: 'P-256',
  },
  /** Ed25519: kube-apiserver refuses it, so never for a client that is a cluster. */
  EdDSA: { kty: 'OKP', hash: 'sha512', webCrypto: { name: 'Ed25519' }, kubernetes: false, crv: 'Ed25519' },
} as const;

/** A JWS algorithm name (RFC 7518 section 3.1, RFC 8037) that this issuer can sign with. */
export type SigningAlgorithm = keyof typeof signingAlgorithms;

/** True for a name of the table. */
export function isSigningAlgorithm(name: string): name is SigningAlgorithm {
  return Object.hasOwn(signingAlgorithms, name);
}
