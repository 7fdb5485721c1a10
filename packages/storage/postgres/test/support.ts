import { randomBytes } from 'node:crypto';
import { silentLogger } from '@ostiary/primitives';
import { type PostgresConfig, postgresStorage } from '@ostiary/storage-postgres';
import type { StorageDeps } from '@ostiary/storage-sdk';
import type { PostgresServer } from '@ostiary/tooling-servers';

/** What a storage is given. */
export const deps: StorageDeps = { now: () => new Date(), random: randomBytes, log: silentLogger };

/** Checks options as a server does. */
export async function configOf(options: Readonly<Record<string, unknown>>): Promise<PostgresConfig> {
  const result = await postgresStorage.config['~standard'].validate(options);
  if (result.issues) throw new Error(JSON.stringify(result.issues));
  return result.value;
}

/** Options without TLS for the superuser of a server. */
export const optionsOf = ({ login }: PostgresServer): Readonly<Record<string, unknown>> => ({
  ...login,
  ssl: { mode: 'disable' },
});

/** Makes a user with a schema of its own, which is the first of its search path; answers its options. */
export async function createUser(server: PostgresServer, user: string): Promise<Readonly<Record<string, unknown>>> {
  const password = 'of-the-user';
  await server.query(`CREATE ROLE "${user}" LOGIN PASSWORD '${password}'; CREATE SCHEMA AUTHORIZATION "${user}"`);
  return { ...optionsOf(server), user, password };
}
