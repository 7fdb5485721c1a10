/** Records in PostgreSQL: for replicas on several machines. */
export type { PostgresConfig, PostgresTls } from './config.ts';
export { postgresStorage } from './definition.ts';
