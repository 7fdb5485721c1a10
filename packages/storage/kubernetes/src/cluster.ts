import { OstiaryError } from '@ostiary/primitives';
import type { StorageDeps } from '@ostiary/storage-sdk';
import type { TlsMaterial } from '@ostiary/storage-sdk/server';

/** What a connection is made with. Without a `ca` the authorities that Node brings are trusted. */
export interface ConnectionMaterial extends TlsMaterial {
  /** The name in the certificate, where it is not that of the server. */
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Where an API server is, and how it learns who is asking. */
export interface Cluster {
  readonly server: URL;
  /** Where the records are. */
  readonly namespace: string;
  /** Asked for new connections: files may have been replaced. */
  tls(): Promise<ConnectionMaterial>;
  /** The header that says who asks, if one does. Asked for each request: tokens of service accounts change every hour. */
  authorization(): Promise<string | undefined>;
}

/** What there is beside the options. */
export type ClusterDeps = Pick<StorageDeps, 'env'>;

/** A mistake in the options or in a file that they name. */
export function mistake(message: string, cause?: unknown): OstiaryError {
  return new OstiaryError('config/invalid', `storage.config.${message}`, { cause });
}
