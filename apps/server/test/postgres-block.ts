import type { PostgresServer } from '@ostiary/tooling-servers';

/** The block `storage` for a PostgreSQL of the tests. */
export const postgresBlock = ({ login }: PostgresServer): string =>
  `{ type: postgres, config: ${JSON.stringify({ ...login, ssl: { mode: 'disable' } })} }`;
