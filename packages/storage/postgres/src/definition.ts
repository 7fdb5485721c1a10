import { defineStorage, type StorageDefinition } from '@ostiary/storage-sdk';
import { type PostgresConfig, postgresConfig } from './config.ts';
import { openPostgres } from './open.ts';

/** `storage.type: postgres`, with the options of Dex. As durable as PostgreSQL is configured to be. */
export const postgresStorage: StorageDefinition<PostgresConfig> = defineStorage({
  type: 'postgres',
  config: postgresConfig,
  durable: true,
  open: openPostgres,
});
