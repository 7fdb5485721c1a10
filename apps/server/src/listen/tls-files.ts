/** Certificate and key from files, checked before they are used. */
import { createHash } from 'node:crypto';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { OstiaryError } from '@ostiary/primitives';

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
 * @throws {OstiaryError} `config/invalid` naming the file and what is wrong with it.
 */
export async function loadTls(settings: TlsSettings, readFile: ReadTextFile): Promise<LoadedTls> {
  const { certFile, keyFile, minVersion, maxVersion } = settings;
  const [cert, key] = await Promise.all([
    readPem(certFile, 'web.tlsCert', readFile),
    readPem(keyFile, 'web.tlsKey', readFile),
  ]);
  const options = { cert, key, minVersion, maxVersion, ciphers: CIPHERS, honorCipherOrder: true };
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new OstiaryError(
      'config/invalid',
      `web.tlsCert, web.tlsKey: ${certFile} and ${keyFile} do not work together. Both must be PEM, and the key must be that of the first certificate.`,
      { cause },
    );
  }
  return { options, fingerprint: createHash('sha256').update(cert).update('\0').update(key).digest('base64url') };
}

async function readPem(path: string, setting: string, readFile: ReadTextFile): Promise<string> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new OstiaryError(
      'config/invalid',
      `${setting}: ${path} cannot be read. Check the path and its permissions.`,
      {
        cause,
      },
    );
  }
}
