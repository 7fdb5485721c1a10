/** A certificate authority that issues what openssl would not: certificates that have expired, and those of any name. */
import 'reflect-metadata';
import { KeyObject } from 'node:crypto';
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

const algorithm = { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' } as const;
const anHour = 3_600_000;

/** As PEM. */
export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface MadeAuthority {
  readonly ca: string;
  /** For 127.0.0.1 and any use. */
  issue(name: string, validity?: { readonly notBefore: Date; readonly notAfter: Date }): Promise<MadeCertificate>;
}

/** Makes an authority; what it issues is good for an hour around now, unless it is told otherwise. */
export async function makeAuthority(name = 'Test CA'): Promise<MadeAuthority> {
  const makeKeys = () => globalThis.crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const keys = await makeKeys();
  const own = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    ca: own.toString('pem'),
    async issue(
      subject,
      validity = { notBefore: new Date(Date.now() - anHour), notAfter: new Date(Date.now() + anHour) },
    ) {
      const leaf = await makeKeys();
      const certificate = await X509CertificateGenerator.create({
        subject: `CN=${subject}`,
        issuer: own.subject,
        publicKey: leaf.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
        ...validity,
      });
      const key = KeyObject.from(leaf.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
      return { cert: certificate.toString('pem'), key };
    },
  };
}
