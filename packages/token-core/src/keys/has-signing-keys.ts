import { recordStore, type StorageDriver } from '@ostiary/storage-sdk';
import { RECORD_ID } from '../rotation/shared-keys.ts';
import { signingKeysKind } from './key-record.ts';

/**
 * Whether some issuer has used this storage: the first thing that one does is to make keys. For commands that work on the
 * storage of a server, and would do nothing at all on another.
 *
 * @throws {OstiaryError} `storage/unavailable`; `storage/corrupt` for keys that this release cannot read.
 */
export async function hasSigningKeys(storage: StorageDriver): Promise<boolean> {
  return (await recordStore(storage, signingKeysKind).get(RECORD_ID)) !== undefined;
}
