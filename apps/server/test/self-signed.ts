/** A certificate and its key as PEM, made without a program: unit tests start none. */
import 'reflect-metadata';
import { KeyObject } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';

export interface SelfSigned {
  readonly certificate: string;
  readonly key: string;
}

export interface SelfSignedOptions {
  /** Default `ec`: P-256. */
  readonly algorithm?: keyof typeof algorithms;
}

const algorithms = {
  ec: { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
  },
} as const;

/** Good for a year from now. */
export async function selfSigned(options: SelfSignedOptions = {}): Promise<SelfSigned> {
  const signingAlgorithm = algorithms[options.algorithm ?? 'ec'];
  const keys = await globalThis.crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({ keys, signingAlgorithm });
  return {
    certificate: certificate.toString('pem'),
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
