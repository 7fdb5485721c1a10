import type { ConnectionOptions } from 'node:tls';
import { readTlsFiles } from '@ostiary/storage-sdk/server';
import type { PostgresTls } from './config.ts';

/** How TLS is spoken; `false` when it is not. */
export async function tlsOptions({ mode, ...files }: PostgresTls): Promise<ConnectionOptions | false> {
  if (mode === 'disable') return false;
  return {
    ...(await readTlsFiles(files, 'ssl')),
    // As for libpq, `require` looks at the certificate as well where it was told whom to trust.
    rejectUnauthorized: mode !== 'require' || files.caFile !== undefined,
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}
