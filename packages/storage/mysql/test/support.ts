import { randomBytes } from 'node:crypto';
import { silentLogger } from '@ostiary/primitives';
import { type MysqlConfig, mysqlStorage } from '@ostiary/storage-mysql';
import type { StorageDeps } from '@ostiary/storage-sdk';
import { type MariadbServer, requireTool } from '@ostiary/tooling-servers';

/** Why the tests cannot run here; `undefined` when they can. */
export const noMariadb: string | undefined = requireTool('mariadbd', 'mariadb-install-db', 'mariadb');

/** What a storage is given. */
export const deps: StorageDeps = { now: () => new Date(), random: randomBytes, log: silentLogger };

/** Checks options as a server does. */
export async function configOf(options: Readonly<Record<string, unknown>>): Promise<MysqlConfig> {
  const result = await mysqlStorage.config['~standard'].validate(options);
  if (result.issues) throw new Error(JSON.stringify(result.issues));
  return result.value;
}

/** Options without TLS for the administrator of a server. */
export const optionsOf = ({ login }: MariadbServer): Readonly<Record<string, unknown>> => ({
  ...login,
  ssl: { mode: 'false' },
});

/** Makes a user with a database of the same name, who may do everything there; answers its options. */
export async function createUser(server: MariadbServer, user: string): Promise<Readonly<Record<string, unknown>>> {
  const password = 'of-the-user';
  await server.query(`CREATE DATABASE \`${user}\`; CREATE USER \`${user}\`@'%' IDENTIFIED BY '${password}';
    GRANT ALL ON \`${user}\`.* TO \`${user}\`@'%'`);
  return { ...optionsOf(server), user, password, database: user };
}
