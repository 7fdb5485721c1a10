import { appendFile, readFile } from 'node:fs/promises';
import { toolPath } from './requirements.ts';
import { mustRun } from './run-command.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

/** A key and the certificate chain for it, CA included: file paths, and the text of the files. */
export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificate: string;
  readonly key: string;
}

/** A CA that lives as long as a test. */
export interface CertificateAuthority extends AsyncDisposable {
  /** PEM file and text of the CA's own certificate: what a client is told to trust. */
  readonly caFile: string;
  readonly ca: string;
  /**
   * Issues a certificate for a server, or for a client.
   *
   * @param names subject alternative names; default `IP:127.0.0.1,DNS:localhost`
   * @param subject default `/CN=ostiary-test`
   */
  issue(names?: string, subject?: string): Promise<Certificate>;
}

/** The files of a key and of the certificate that it signed itself. */
export type RsaCertificate = Pick<Certificate, 'keyFile' | 'certificateFile'>;

/** Where to make it, under which name without an ending. */
export interface RsaCertificateOptions {
  readonly folder: string;
  readonly name: string;
}

/** Makes `NAME.key` and `NAME.crt` with openssl: RSA of 2048 bits, for two days. SAML signs and encrypts with such. */
export async function makeRsaCertificate({ folder, name }: RsaCertificateOptions): Promise<RsaCertificate> {
  const files = { keyFile: `${folder}/${name}.key`, certificateFile: `${folder}/${name}.crt` };
  const out = ['-keyout', files.keyFile, '-out', files.certificateFile];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`, ...out];
  await mustRun({ command: toolPath('openssl'), args });
  return files;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-batch'] as const;

/** Makes a CA with openssl: EC P-256, valid for two days. */
export async function createAuthority(): Promise<CertificateAuthority> {
  const folder = await temporaryFolder('ca');
  const openssl = toolPath('openssl');
  let issued = 0;
  const make = async (name: string, args: readonly string[]): Promise<Certificate> => {
    const certificateFile = `${folder.path}/${name}.pem`;
    const keyFile = `${folder.path}/${name}.key`;
    const files = ['-keyout', keyFile, '-out', certificateFile];
    await mustRun({ command: openssl, args: ['req', '-x509', ...newKey, ...files, ...args] });
    const [certificate, key] = await Promise.all([readFile(certificateFile, 'utf8'), readFile(keyFile, 'utf8')]);
    return { certificateFile, keyFile, certificate, key };
  };
  const root = await make('ca', [
    ...['-subj', '/CN=Ostiary test CA'],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  ]);
  return {
    caFile: root.certificateFile,
    ca: root.certificate,
    async issue(names = 'IP:127.0.0.1,DNS:localhost', subject = '/CN=ostiary-test') {
      issued += 1;
      const leaf = await make(`server-${issued}`, [
        ...['-CA', root.certificateFile, '-CAkey', root.keyFile, '-subj', subject],
        ...['-addext', `subjectAltName=${names}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
        ...['-addext', 'keyUsage=critical,digitalSignature', '-addext', 'extendedKeyUsage=serverAuth,clientAuth'],
      ]);
      await appendFile(leaf.certificateFile, root.certificate);
      return { ...leaf, certificate: leaf.certificate + root.certificate };
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** Where the certificate of a server stands, its key, and the CA that it may trust clients by. */
export interface ServerFiles {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
}

/**
 * Issues a certificate into the folder of a server, which may belong to another user then.
 *
 * @param names as for {@link CertificateAuthority.issue}
 */
export async function writeServerFiles(
  folder: TemporaryFolder,
  authority: CertificateAuthority,
  names?: string,
): Promise<ServerFiles> {
  const issued = await authority.issue(names);
  const [certificate, key, ca] = await Promise.all([
    folder.write('server.crt', issued.certificate),
    folder.write('server.key', issued.key),
    folder.write('ca.crt', authority.ca),
  ]);
  return { certificate, key, ca };
}
