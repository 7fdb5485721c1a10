/** Keys and certificates for tests, with dates of choice. */
import 'reflect-metadata';
import { X509CertificateGenerator } from '@peculiar/x509';

const { subtle } = globalThis.crypto;

/** A private key and its certificate, both in PEM. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

/** What a certificate is made with. Default: RSA with 2048 bits, good from 2029 to 2031. */
export interface KeyPairOptions {
  readonly type?: 'rsa' | 'ec' | 'ed25519';
  readonly bits?: number;
  readonly from?: string;
  readonly to?: string;
}

/** Makes a self-signed certificate. */
export async function makeKeyPair(options: KeyPairOptions = {}): Promise<KeyPair> {
  const { type = 'rsa', bits = 2048, from = '2029-01-01', to = '2031-01-01' } = options;
  const algorithm =
    type === 'rsa'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: bits }
      : type === 'ec'
        ? { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' }
        : { name: 'Ed25519' };
  const keys = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  if (!('privateKey' in keys)) throw new Error('no pair of keys');
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...{ name: 'CN=provider', serialNumber: '01', keys, signingAlgorithm: algorithm },
    ...{ notBefore: new Date(from), notAfter: new Date(to) },
  });
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/gu)?.join('\n') ?? '';
  return {
    key: pem('PRIVATE KEY', lines),
    certificate: certificate.toString('pem'),
  };
}

/** A PEM block around what is base64 already. */
export const pem = (label: string, base64: string): string =>
  `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
