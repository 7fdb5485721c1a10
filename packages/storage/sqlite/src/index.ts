/** Records in one SQLite file: durable, no database server, several processes on one machine. */
export type { SqliteConfig } from './config.ts';
export { sqliteStorage } from './definition.ts';
export { openSqliteDriver, type SqliteOptions } from './driver.ts';
