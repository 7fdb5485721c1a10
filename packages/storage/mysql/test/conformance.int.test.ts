import { mysqlStorage } from '@ostiary/storage-mysql';
import { storageConformance } from '@ostiary/storage-sdk/conformance/vitest';
import { type MariadbServer, startMariadb } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe } from 'vitest';
import { configOf, deps, noMariadb } from './support.ts';

describe.skipIf(noMariadb !== undefined)('a real MariaDB', () => {
  let server: MariadbServer;
  beforeAll(async () => {
    server = await startMariadb();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  storageConformance(async ({ now, namespace: database }) => {
    await server.query(`CREATE DATABASE IF NOT EXISTS \`${database}\``);
    // Over the socket, where MySQL may be asked for a password as well.
    const config = await configOf({ ...server.login, host: server.socket, database });
    return mysqlStorage.open(config, { ...deps, now });
  });
});
