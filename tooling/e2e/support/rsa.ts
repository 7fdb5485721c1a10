/** RSA keys with a certificate of their own, which SAML signs and encrypts with. */
import { mustRun, toolPath } from '@ostiary/tooling-servers';

export interface RsaCertificate {
  readonly keyFile: string;
  readonly certificateFile: string;
}

/** Makes a key and its certificate with openssl, as the README of the connector says. */
export async function makeRsaCertificate(folder: string): Promise<RsaCertificate> {
  const files = { keyFile: `${folder}/saml.key`, certificateFile: `${folder}/saml.pem` };
  const out = ['-keyout', files.keyFile, '-out', files.certificateFile];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=ostiary', ...out];
  await mustRun({ command: toolPath('openssl'), args });
  return files;
}
