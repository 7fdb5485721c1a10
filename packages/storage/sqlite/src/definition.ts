import { defineStorage, type StorageDefinition } from '@ostiary/storage-sdk';
import { type SqliteConfig, sqliteConfig } from './config.ts';
import { openSqliteDriver } from './driver.ts';

/** `storage.type: sqlite3`, as Dex calls it, or `sqlite`. */
export const sqliteStorage: StorageDefinition<SqliteConfig> = defineStorage({
  type: 'sqlite3',
  aliases: ['sqlite'],
  config: sqliteConfig,
  durable: true,
  open: ({ file }, deps) => openSqliteDriver({ file, ...deps }),
});
