import { readTlsFiles } from '@ostiary/storage-sdk/server';
import type { SslOptions } from 'mysql2';
import type { MysqlTls } from './config.ts';

/** How TLS is spoken; `undefined` when it is not. */
export async function tlsOptions({ mode, ...files }: MysqlTls): Promise<SslOptions | undefined> {
  if (mode === 'false') return undefined;
  const verified = mode !== 'skip-verify';
  return { ...(await readTlsFiles(files, 'ssl')), rejectUnauthorized: verified, verifyIdentity: verified };
}
