/** The built command beside running servers: an operator ends logins. */
import { type Result, requireTool, runCommand, startRedis, temporaryFolder } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltServer, logIn, main, refresh, startBuiltServer } from './built-server.ts';

const lacking = requireTool('redis-server');

const ostiary = (...args: readonly string[]): Promise<Result> =>
  runCommand({ command: process.execPath, args: [main, ...args] });

const userinfo = async (url: string, { access_token: token }: Record<string, unknown>): Promise<number> =>
  (await fetch(`${url}/userinfo`, { headers: { authorization: `Bearer ${String(token)}` } })).status;

describe('ostiary revoke', () => {
  const stack = new AsyncDisposableStack();
  let one: BuiltServer;
  let other: BuiltServer;
  beforeAll(async () => {
    one = stack.use(await startBuiltServer());
    other = stack.use(await startBuiltServer({ replicaOf: one }));
  });
  afterAll(() => stack.disposeAsync());

  it('ends the logins of a group in all replicas while they run, and says what is not over', async () => {
    const { configFile } = one.server;
    const tokens = await logIn(one.url, 'openid groups offline_access');
    expect((await refresh(other.url, tokens.refresh_token)).status).toBe(200);
    const bystander = await logIn(one.url, 'openid offline_access');
    const ended = await ostiary('revoke', configFile, '--group', 'authors');
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout).toMatch(/^The logins of the group "authors" from before now \(20\S+Z\) are over\./);
    expect(ended.stdout).toContain('until it ends: 1h at most.');
    await expect.poll(() => userinfo(other.url, tokens), { timeout: 10_000 }).toBe(401);
    // It asked for no groups, but the person is in one.
    await expect.poll(async () => (await refresh(other.url, bystander.refresh_token)).status).toBe(400);
    await expect.poll(() => userinfo(one.url, bystander), { timeout: 10_000 }).toBe(401);
    await expect.poll(() => other.server.log()).toContain('refresh.revoked');
    // Whoever comes within the same second may be ended, too.
    const comeAgain = async () => refresh(one.url, (await logIn(other.url)).refresh_token);
    await expect.poll(async () => (await comeAgain()).status, { timeout: 5000 }).toBe(200);
    expect((await ostiary('revocations', configFile)).stdout).toMatch(/^20\S+Z {2}the group "authors"\n$/);
  });

  it.skipIf(lacking !== undefined)('works on Redis, where a page of a scan may be empty', async () => {
    await using redis = await startRedis();
    await using server = await startBuiltServer({ storage: `{ type: redis, config: { port: ${redis.port} } }` });
    const tokens = await logIn(server.url);
    const { exitCode, stderr } = await ostiary('revoke', server.server.configFile, '--everybody');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    await expect.poll(() => userinfo(server.url, tokens), { timeout: 10_000 }).toBe(401);
  });

  it.each([
    ['nobody', [], 'Name one of --subject'],
    ['two', ['--group', 'a', '--client', 'app'], 'Name one of --subject'],
    ['a client that is not there', ['--client', 'ap'], 'There is no client "ap", here or in the storage.'],
    ['a connector that is not there', ['--connector', 'x'], 'There is no connector "x" in the configuration.'],
    ['what is no subject', ['--subject', 'jane'], '"jane" is no subject of this issuer.'],
    ['a group without a name', ['--group', ' '], '--group is empty.'],
    ['two of a kind', ['--group', 'a', '--group', 'b'], 'Run the command once for each.'],
  ])('refuses %s, and ends nothing', async (_what, args, message) => {
    const { configFile } = one.server;
    const before = (await ostiary('revocations', configFile)).stdout;
    const { exitCode, stdout, stderr } = await ostiary('revoke', configFile, ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect((await ostiary('revocations', configFile)).stdout).toBe(before);
  });

  it.each([
    ['memory', 'storage: { type: memory }', 'which only the server itself reaches. Restart it'],
    [
      'a database that no server has used',
      'storage: { type: sqlite3, config: { file: FOLDER/o.db } }',
      'No server has used',
    ],
  ])('says that it cannot work on %s', async (_what, storage, message) => {
    await using folder = await temporaryFolder('revoke');
    const text = `issuer: http://127.0.0.1/dex\nweb: { http: "127.0.0.1:0" }\n${storage.replace('FOLDER', folder.path)}
connectors: [{ type: mockCallback, id: mock, name: Mock }]\n`;
    const file = await folder.write('config.yaml', text);
    const { exitCode, stderr } = await ostiary('revoke', file, '--everybody');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});
