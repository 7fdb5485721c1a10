import type { StorageDeps, StorageDriver } from '@ostiary/storage-sdk';
import type { PostgresConfig } from './config.ts';
import { Connections } from './connections.ts';
import { createPostgresDriver } from './driver.ts';
import { postgresOpeningError } from './opening-error.ts';
import { prepareTables } from './schema.ts';

/**
 * Connects, and makes the tables where they are not there yet.
 *
 * @throws {OstiaryError} `config/invalid` for files that cannot be read, and for what PostgreSQL refuses; `storage/corrupt`
 *   for tables of a newer release; `storage/unavailable` when nobody answers in time. The message names the server.
 */
export async function openPostgres(config: PostgresConfig, { now, random, log }: StorageDeps): Promise<StorageDriver> {
  const connections = await Connections.of(config, log);
  try {
    await prepareTables(connections);
  } catch (error) {
    await connections.close();
    throw postgresOpeningError(config, error);
  }
  return createPostgresDriver({ connections, now, random });
}
