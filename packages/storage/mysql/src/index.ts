/** Records in MySQL or MariaDB: for replicas on several machines. */
export type { MysqlConfig, MysqlTls } from './config.ts';
export { mysqlStorage } from './definition.ts';
