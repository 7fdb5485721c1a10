/** Certificate and key from files, and whom a client's certificate must be from, checked before they are used. */
import { constants, createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { type ConfigIssue, certificateBlocks, formatIssue, whyNoPem } from '@ostiary/connector-sdk/config';
import { OstiaryError } from '@ostiary/primitives';
import type { Validity } from './certificate-time.ts';

/** `web.tlsCert` and its neighbours, or those of `grpc`. */
export interface TlsSettings {
  /** The block of the configuration that names the files, for messages. */
  readonly block: TlsBlock;
  /** Path of the certificate chain, PEM. */
  readonly certFile: string;
  /** Path of the private key, PEM. */
  readonly keyFile: string;
  /** Path of the certificates, PEM, one of which the certificate of each client must be from. Absent: clients need none. */
  readonly clientCaFile?: string;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
}

export type TlsBlock = 'web' | 'grpc';

export interface LoadedTls {
  /** All options, versions and ciphers included: Node forgets what it is not told again. */
  readonly options: SecureContextOptions;
  /** Changes when the files do. */
  readonly fingerprint: string;
  /** Of the first certificate, which is that of the server. */
  readonly validity: Validity;
}

/** Reads a file as text. */
export type ReadTextFile = (path: string) => Promise<string>;

/** Forward secrecy and authenticated encryption only; the TLS 1.3 suites have both. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/**
 * Reads the files and proves that certificate and key belong together.
 *
 * @throws {OstiaryError} `config/invalid` naming the files and what is wrong with them.
 */
export async function loadTls(settings: TlsSettings, readFile: ReadTextFile): Promise<LoadedTls> {
  const { minVersion, maxVersion } = settings;
  const { pair, clientCa, problems } = await readTlsFiles(settings, readFile);
  if (pair === undefined || problems.length > 0) {
    throw new OstiaryError('config/invalid', problems.map(formatIssue).join('\n'), { cause: problems[0]?.cause });
  }
  const { cert, key, validity } = pair;
  const common = { cert, key, minVersion, maxVersion, ciphers: CIPHERS, honorCipherOrder: true };
  // Without tickets each connection shows its certificate, which may have expired since the one before.
  const options =
    clientCa === undefined ? common : { ...common, ca: clientCa, secureOptions: constants.SSL_OP_NO_TICKET };
  const fingerprint = createHash('sha256')
    .update([cert, key, clientCa ?? ''].join('\0'))
    .digest('base64url');
  return { options, fingerprint, validity };
}

interface TlsProblem extends ConfigIssue {
  readonly cause: unknown;
}

export interface ReadTlsFiles {
  /** Absent when there are problems, or a file is not named. */
  readonly pair?: { readonly cert: string; readonly key: string; readonly validity: Validity };
  readonly clientCa?: string;
  readonly problems: readonly TlsProblem[];
}

/** The files of {@link TlsSettings}, any of which may not be named. */
export interface TlsFiles extends Pick<TlsSettings, 'block'> {
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly clientCaFile?: string | undefined;
}

/** Reads the files that are named and, when certificate and key are, proves that they fit. Tells all that is wrong. */
export async function readTlsFiles(files: TlsFiles, readFile: ReadTextFile): Promise<ReadTlsFiles> {
  const { block, certFile, keyFile, clientCaFile } = files;
  const problems: TlsProblem[] = [];
  const read = async (path: string, file: string | undefined): Promise<string | undefined> => {
    if (file === undefined) return undefined;
    try {
      const text = await readFile(file);
      if (text.trim() !== '') return text;
      problems.push({ path, message: `${file} is empty. Put the PEM text into it.`, cause: undefined });
    } catch (cause) {
      problems.push({ path, message: `${file} ${whyNoPem(cause)}`, cause });
    }
    return undefined;
  };
  const [cert, key, clientCa] = await Promise.all([
    read(`${block}.tlsCert`, certFile),
    read(`${block}.tlsKey`, keyFile),
    read(`${block}.tlsClientCA`, clientCaFile),
  ]);
  if (clientCa !== undefined) problems.push(...authorityProblems(clientCa, files));
  const authorities = clientCa === undefined ? {} : { clientCa };
  if (cert === undefined || key === undefined) return { ...authorities, problems };
  try {
    return { pair: { cert, key, validity: proveFit(cert, key) }, ...authorities, problems };
  } catch (cause) {
    const message = `${certFile} and ${keyFile} do not work together. Both must be PEM, and the key must be that of the first certificate.`;
    return { ...authorities, problems: [{ path: `${block}.tlsCert`, message, cause }, ...problems] };
  }
}

/** OpenSSL takes what it can read and leaves the rest out, so that somebody would be refused and nobody knew why. */
function authorityProblems(pem: string, { block, clientCaFile }: TlsFiles): readonly TlsProblem[] {
  const path = `${block}.tlsClientCA`;
  const blocks = certificateBlocks(pem);
  if (blocks.length === 0) {
    const message = `${clientCaFile} holds no certificate. Put those of the certificate authority into it, as PEM.`;
    return [{ path, message, cause: undefined }];
  }
  try {
    for (const certificate of blocks) new X509Certificate(certificate);
    return [];
  } catch (cause) {
    return [{ path, message: `${clientCaFile} holds a certificate that cannot be read. Copy it there whole.`, cause }];
  }
}

/** Answers until when the certificate is good; throws when a server with these two could not do a handshake. */
function proveFit(cert: string, key: string): Validity {
  // OpenSSL compares a key with a certificate of the same algorithm only: an RSA key beside an EC certificate passes.
  createSecureContext({ cert, key });
  const first = new X509Certificate(cert);
  if (!first.checkPrivateKey(createPrivateKey(key))) throw new TypeError('The key is not that of the certificate.');
  return { from: first.validFromDate, until: first.validToDate };
}
