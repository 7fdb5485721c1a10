import { postgresStorage } from '@ostiary/storage-postgres';
import { storageConformance } from '@ostiary/storage-sdk/conformance/vitest';
import { type PostgresServer, requireTool, startPostgres } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe } from 'vitest';
import { configOf, createUser, deps } from './support.ts';

describe.skipIf(requireTool('postgres', 'initdb', 'psql') !== undefined)('a real PostgreSQL', () => {
  let server: PostgresServer;
  const made = new Map<string, ReturnType<typeof createUser>>();
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  storageConformance(async ({ now, namespace }) => {
    const making = made.get(namespace) ?? createUser(server, namespace);
    made.set(namespace, making);
    return postgresStorage.open(await configOf(await making), { ...deps, now });
  });
});
