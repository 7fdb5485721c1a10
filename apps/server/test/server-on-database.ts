/** The built server on a database: replicas, and a database that goes away. */
import { join } from 'node:path';
import { freePort, type Result, runCommand, temporaryFolder } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltServer, logIn, refresh, startBuiltServer } from './built-server.ts';
import type { Database, DatabaseKind } from './databases.ts';

const main = join(import.meta.dirname, '..', 'dist', 'main.js');

/** Runs a command of the built server. */
const ostiary = (...args: readonly string[]): Promise<Result> =>
  runCommand({ command: process.execPath, args: [main, ...args] });

/** The tests of a server on this kind of database; `more` adds those that one kind is enough for. */
export function testServerOn(kind: DatabaseKind, more: (database: () => Database) => void = () => undefined): void {
  describe.skipIf(kind.lacking !== undefined)(`a server on ${kind.name}`, () => {
    let database: Database;
    beforeAll(async () => {
      database = await kind.start();
    }, kind.patience);
    afterAll(() => database[Symbol.asyncDispose]());

    it('shares keys, logins and refresh tokens with those that start at the same moment', () => sharesAll(database));
    it('answers 503 while the database is away, goes on afterwards, and says no password', { timeout: 60_000 }, () =>
      goesOn(kind, database),
    );
    it('ends logins in all replicas when an operator says so', () => endsAll(database));
    it('ends in time also when the database is away', () => endsInTime(database));
    const { wrongPassword } = kind;
    if (wrongPassword !== undefined) {
      it('does not start with a wrong password, and says so in one line', () =>
        refusesToStart(database, { password: 'hunter2' }, wrongPassword));
    }
    more(() => database);
  });
}

/** Several processes that start at the same moment, on a database that nobody has used. */
async function startTogether(
  stack: AsyncDisposableStack,
  database: Database,
  count: number,
): Promise<readonly BuiltServer[]> {
  await database.forget();
  const port = await freePort();
  const settings = { storage: database.block(), issuer: `http://127.0.0.1:${port}/dex` };
  const starting = Array.from({ length: count }, (_, index) =>
    startBuiltServer(index === 0 ? { ...settings, port } : settings),
  );
  return Promise.all(starting.map(async (server) => stack.use(await server)));
}

/** Starts a server with these options instead, which has to say these words and no password. */
export async function refusesToStart(database: Database, wrong: object, words: string): Promise<void> {
  await using folder = await temporaryFolder('refused');
  const config = `issuer: http://127.0.0.1/dex\nweb: { http: "127.0.0.1:${await freePort()}" }
storage: ${database.block(wrong)}
connectors: [{ type: mockCallback, id: mock, name: Mock }]\n`;
  const { exitCode, stdout, stderr } = await ostiary('serve', await folder.write('c.yaml', config));
  expect(exitCode).toBe(2);
  expect(stderr).toContain(words);
  expect(stdout + stderr).not.toMatch(new RegExp(`hunter2|${database.secret}`, 'u'));
}

async function sharesAll(database: Database): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const replicas = await startTogether(stack, database, 3);
  const keys = await Promise.all(replicas.map(async ({ url }) => (await fetch(`${url}/keys`)).text()));
  expect(new Set(keys).size).toBe(1);
  const [one, other, third] = replicas.map(({ url }) => url);
  const token = (await logIn(one ?? '')).refresh_token;
  const [a, b] = await Promise.all([refresh(other ?? '', token), refresh(third ?? '', token)]);
  expect(a.status).toBe(200);
  expect(b.refresh_token).toBe(a.refresh_token);
}

async function endsAll(database: Database): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const [one, other] = await startTogether(stack, database, 2);
  if (one === undefined || other === undefined) throw new Error('no servers');
  const tokens = await logIn(one.url);
  const { exitCode, stderr } = await ostiary('revoke', one.server.configFile, '--everybody');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const headers = { authorization: `Bearer ${String(tokens.access_token)}` };
  const userinfo = async (): Promise<number> => (await fetch(`${other.url}/userinfo`, { headers })).status;
  await expect.poll(userinfo, { timeout: 10_000 }).toBe(401);
  expect((await refresh(other.url, tokens.refresh_token)).status).toBe(400);
}

async function goesOn({ type }: DatabaseKind, database: Database): Promise<void> {
  await using built = await startBuiltServer({ storage: database.block() });
  const token = (await logIn(built.url)).refresh_token;
  await database.kill();
  const began = performance.now();
  expect(await refresh(built.url, token)).toMatchObject({ status: 503 });
  expect(performance.now() - began).toBeLessThan(3_000);
  await database.restart();
  const again = async (): Promise<unknown> => (await refresh(built.url, token)).status;
  await expect.poll(again, { timeout: 20_000 }).toBe(200);
  expect(built.server.log()).toContain(`${type}.connection_failed`);
  await expect.poll(() => built.server.log()).toContain(`${type}.connection_recovered`);
  expect(built.server.log()).not.toContain(database.secret);
}

async function endsInTime(database: Database): Promise<void> {
  await using built = await startBuiltServer({ storage: database.block() });
  await database.kill();
  await refresh(built.url, 'x');
  const began = performance.now();
  await built.server.stop();
  expect(performance.now() - began).toBeLessThan(5_000);
  await database.restart();
}
