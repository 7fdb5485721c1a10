import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { OstiaryError } from '@ostiary/primitives';
import type { PostgresConfig, PostgresTls } from './config.ts';

/** The password, from its file if it has one; empty when there is none. */
export async function passwordOf({ password, passwordFile }: PostgresConfig): Promise<string> {
  if (passwordFile === undefined) return password?.reveal() ?? '';
  return (await readNamed(passwordFile, 'passwordFile')).replace(/\r?\n$/, '');
}

/** How TLS is spoken; `false` when it is not. */
export async function tlsOptions({ mode, caFile, certFile, keyFile }: PostgresTls): Promise<ConnectionOptions | false> {
  if (mode === 'disable') return false;
  return {
    ...(caFile === undefined ? {} : { ca: await readNamed(caFile, 'ssl.caFile') }),
    ...(certFile === undefined ? {} : { cert: await readNamed(certFile, 'ssl.certFile') }),
    ...(keyFile === undefined ? {} : { key: await readNamed(keyFile, 'ssl.keyFile') }),
    // As for libpq, `require` looks at the certificate as well where it was told whom to trust.
    rejectUnauthorized: mode !== 'require' || caFile !== undefined,
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}

async function readNamed(file: string, key: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new OstiaryError('config/invalid', `${key}: the file cannot be read. Check path and rights.`, { cause });
  }
}
