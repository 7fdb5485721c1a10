import type { StorageDeps, StorageDriver } from '@ostiary/storage-sdk';
import type { MysqlConfig } from './config.ts';
import { Connections } from './connections.ts';
import { createMysqlDriver } from './driver.ts';
import { mysqlOpeningError } from './opening-error.ts';
import { prepareTables } from './schema.ts';

/**
 * Connects, and makes the tables where they are not there yet.
 *
 * @throws {OstiaryError} `config/invalid` for files that cannot be read, and for what the database refuses;
 *   `storage/corrupt` for tables of a newer release; `storage/unavailable` when nobody answers in time. The message names
 *   the server.
 */
export async function openMysql(config: MysqlConfig, { now, random, log }: StorageDeps): Promise<StorageDriver> {
  const connections = await Connections.of(config, log);
  try {
    await prepareTables(connections);
  } catch (error) {
    await connections.close();
    throw mysqlOpeningError(config, error);
  }
  return createMysqlDriver({ connections, now, random });
}
