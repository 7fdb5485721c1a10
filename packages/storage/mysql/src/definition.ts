import { defineStorage, type StorageDefinition } from '@ostiary/storage-sdk';
import { type MysqlConfig, mysqlConfig } from './config.ts';
import { openMysql } from './open.ts';

/** `storage.type: mysql`, with the options of Dex. As durable as the database is configured to be. */
export const mysqlStorage: StorageDefinition<MysqlConfig> = defineStorage({
  type: 'mysql',
  config: mysqlConfig,
  durable: true,
  open: openMysql,
});
