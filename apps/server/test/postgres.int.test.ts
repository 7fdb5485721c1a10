/** The built server on PostgreSQL: replicas, the command of an operator, and a database that goes away. */
import { join } from 'node:path';
import {
  freePort,
  type PostgresServer,
  type Result,
  requireTool,
  runCommand,
  startPostgres,
  temporaryFolder,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltServer, logIn, refresh, startBuiltServer } from './built-server.ts';
import { postgresBlock } from './postgres-block.ts';

const main = join(import.meta.dirname, '..', 'dist', 'main.js');

const ostiary = (...args: readonly string[]): Promise<Result> =>
  runCommand({ command: process.execPath, args: [main, ...args] });

describe.skipIf(requireTool('postgres', 'initdb', 'psql') !== undefined)('a server on PostgreSQL', () => {
  let database: PostgresServer;
  beforeAll(async () => {
    database = await startPostgres();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  /** Several processes that start at the same moment, on a database that nobody has used. */
  async function startTogether(stack: AsyncDisposableStack, count: number): Promise<readonly BuiltServer[]> {
    const storage = postgresBlock(database);
    await database.query('DROP TABLE IF EXISTS ostiary_records, ostiary_migrations');
    const port = await freePort();
    const settings = { storage, issuer: `http://127.0.0.1:${port}/dex` };
    const starting = Array.from({ length: count }, (_, index) =>
      startBuiltServer(index === 0 ? { ...settings, port } : settings),
    );
    return Promise.all(starting.map(async (server) => stack.use(await server)));
  }

  it('shares keys, logins and refresh tokens with those that start at the same moment', async () => {
    await using stack = new AsyncDisposableStack();
    const replicas = await startTogether(stack, 3);
    const keys = await Promise.all(replicas.map(async ({ url }) => (await fetch(`${url}/keys`)).text()));
    expect(new Set(keys).size).toBe(1);
    const [one, other, third] = replicas.map(({ url }) => url);
    const token = (await logIn(one ?? '')).refresh_token;
    const [a, b] = await Promise.all([refresh(other ?? '', token), refresh(third ?? '', token)]);
    expect(a.status).toBe(200);
    expect(b.refresh_token).toBe(a.refresh_token);
  });

  it('ends logins in all replicas when an operator says so', async () => {
    await using stack = new AsyncDisposableStack();
    const [one, other] = await startTogether(stack, 2);
    if (one === undefined || other === undefined) throw new Error('no servers');
    const tokens = await logIn(one.url);
    const { exitCode, stderr } = await ostiary('revoke', one.server.configFile, '--everybody');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const headers = { authorization: `Bearer ${String(tokens.access_token)}` };
    const userinfo = async (): Promise<number> => (await fetch(`${other.url}/userinfo`, { headers })).status;
    await expect.poll(userinfo, { timeout: 10_000 }).toBe(401);
    expect((await refresh(other.url, tokens.refresh_token)).status).toBe(400);
  });

  it('answers 503 while the database is away, goes on afterwards, and says no password', {
    timeout: 60_000,
  }, async () => {
    await using built = await startBuiltServer({ storage: postgresBlock(database) });
    const token = (await logIn(built.url)).refresh_token;
    await database.kill();
    const began = performance.now();
    expect(await refresh(built.url, token)).toMatchObject({ status: 503 });
    expect(performance.now() - began).toBeLessThan(3_000);
    await database.restart();
    const again = async (): Promise<unknown> => (await refresh(built.url, token)).status;
    await expect.poll(again, { timeout: 20_000 }).toBe(200);
    expect(built.server.log()).toContain('postgres.connection_failed');
    expect(built.server.log()).toContain('postgres.connection_recovered');
    expect(built.server.log()).not.toContain(database.login.password);
  });

  it('ends in time also when the database is away', async () => {
    await using built = await startBuiltServer({ storage: postgresBlock(database) });
    await database.kill();
    await refresh(built.url, 'x');
    const began = performance.now();
    await built.server.stop();
    expect(performance.now() - began).toBeLessThan(5_000);
    await database.restart();
  });

  it.each([
    ['a wrong password', { password: 'hunter2' }, 'refuses this user and password. Correct them.'],
    ['TLS that the database does not speak', { ssl: {} }, 'speaks no TLS.'],
    ['a port where nobody is', { port: 1 }, '127.0.0.1:1 cannot be used: connect ECONNREFUSED'],
  ])('does not start with %s, and says so in one line', async (_what, wrong, words) => {
    await using folder = await temporaryFolder('postgres-refused');
    const options = { ...database.login, ssl: { mode: 'disable' }, ...wrong };
    const config = `issuer: http://127.0.0.1/dex\nweb: { http: "127.0.0.1:${await freePort()}" }
storage: { type: postgres, config: ${JSON.stringify(options)} }
connectors: [{ type: mockCallback, id: mock, name: Mock }]\n`;
    const { exitCode, stdout, stderr } = await ostiary('serve', await folder.write('c.yaml', config));
    expect(exitCode).toBe(2);
    expect(stderr).toContain(words);
    expect(stdout + stderr).not.toMatch(new RegExp(`hunter2|${database.login.password}`, 'u'));
  });
});
