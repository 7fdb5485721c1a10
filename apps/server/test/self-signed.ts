/** A certificate and its key as PEM, made without a program: unit tests start none. */
import 'reflect-metadata';
import { KeyObject } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';

export interface SelfSigned {
  readonly certificate: string;
  readonly key: string;
}

const algorithm = { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' };

/** EC P-256, good for a year from now. */
export async function selfSigned(): Promise<SelfSigned> {
  const keys = await globalThis.crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({ keys, signingAlgorithm: algorithm });
  return {
    certificate: certificate.toString('pem'),
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
