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
  /** Default: good for a year from now. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
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

/** Makes a key and the certificate that it signed itself. */
export async function selfSigned({ algorithm = 'ec', ...validity }: SelfSignedOptions = {}): Promise<SelfSigned> {
  const signingAlgorithm = algorithms[algorithm];
  const keys = await globalThis.crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({ keys, signingAlgorithm, ...validity });
  return {
    certificate: certificate.toString('pem'),
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
