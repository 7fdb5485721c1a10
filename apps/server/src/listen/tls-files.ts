/** Certificate and key from files, checked before they are used. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { type ConfigIssue, formatIssue, whyNoPem } from '@ostiary/connector-sdk/config';
import { OstiaryError } from '@ostiary/primitives';
import type { Validity } from './certificate-time.ts';

/** `web.tlsCert` and its neighbours. */
export interface TlsSettings {
  /** Path of the certificate chain, PEM. */
  readonly certFile: string;
  /** Path of the private key, PEM. */
  readonly keyFile: string;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
}

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
 * Reads certificate and key and proves that they belong together.
 *
 * @throws {OstiaryError} `config/invalid` naming the files and what is wrong with them.
 */
export async function loadTls(settings: TlsSettings, readFile: ReadTextFile): Promise<LoadedTls> {
  const { minVersion, maxVersion } = settings;
  const { pair, problems } = await readPair(settings, readFile);
  if (pair === undefined) {
    throw new OstiaryError('config/invalid', problems.map(formatIssue).join('\n'), { cause: problems[0]?.cause });
  }
  const { cert, key, validity } = pair;
  const options = { cert, key, minVersion, maxVersion, ciphers: CIPHERS, honorCipherOrder: true };
  const fingerprint = createHash('sha256').update(cert).update('\0').update(key).digest('base64url');
  return { options, fingerprint, validity };
}

interface TlsProblem extends ConfigIssue {
  readonly cause: unknown;
}

export interface ReadPair {
  /** Absent when there are problems, or a file is not named. */
  readonly pair?: { readonly cert: string; readonly key: string; readonly validity: Validity };
  readonly problems: readonly TlsProblem[];
}

/** Reads the files that are named and, when both are, proves that they belong together. Tells all that is wrong. */
export async function readPair(
  { certFile, keyFile }: { readonly certFile: string | undefined; readonly keyFile: string | undefined },
  readFile: ReadTextFile,
): Promise<ReadPair> {
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
  const [cert, key] = await Promise.all([read('web.tlsCert', certFile), read('web.tlsKey', keyFile)]);
  if (cert === undefined || key === undefined) return { problems };
  try {
    return { pair: { cert, key, validity: proveFit(cert, key) }, problems };
  } catch (cause) {
    const message = `${certFile} and ${keyFile} do not work together. Both must be PEM, and the key must be that of the first certificate.`;
    return { problems: [{ path: 'web.tlsCert', message, cause }] };
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
