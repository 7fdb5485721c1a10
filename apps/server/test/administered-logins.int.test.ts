/** What an administrator adds at one replica logs in at another, and is gone there when it is removed. */
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { freePort, runCommand } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dex } from '../src/administration/api/api_pb.ts';
import { type BuiltServer, main, startBuiltServer } from './built-server.ts';
import { CookieBrowser } from './cookie-browser.ts';

/** `password` */
const hash = new TextEncoder().encode('$2y$10$t9j6A1CN4S41ZotMe601U.U6NWfS3QwGWNAfuGrJXzZ3z1SWlZGpe');
const jane = { email: 'jane@example.com', username: 'Jane', userId: 'u-1', hash };
const wiki = { id: 'wiki', name: 'Wiki', redirectUris: ['https://wiki.example/cb'] };
/** `u-1` at `local`. */
const janesSubject = 'CgN1LTESBWxvY2Fs';

describe('what administrators add', () => {
  const stack = new AsyncDisposableStack();
  let one: BuiltServer;
  let other: BuiltServer;
  let api: ReturnType<typeof createClient<typeof Dex>>;

  beforeAll(async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const more = 'enablePasswordDB: true\nsessions: {}';
    one = stack.use(await startBuiltServer({ more: `${more}\ngrpc: { addr: "${address}" }` }));
    other = stack.use(await startBuiltServer({ more, replicaOf: one }));
    api = createClient(Dex, createGrpcTransport({ baseUrl: `http://${address}` }));
  });
  afterAll(() => stack.disposeAsync());

  /** Jane logs in at the other replica, and the client has its tokens there. */
  async function logIn(secret: string, password = 'password'): Promise<Record<string, unknown>> {
    const browser = new CookieBrowser();
    const form = await browser.authorize(other.url, 'wiki', { scope: 'openid email offline_access' });
    const typed = new URLSearchParams({ login: jane.email, password });
    const answer = await browser.visit(new URL(form, other.url).href, typed);
    const code = new URL(answer.headers.get('location') ?? 'https://nowhere.example').searchParams.get('code') ?? '';
    const redirect_uri = 'https://wiki.example/cb';
    return (await ask({ grant_type: 'authorization_code', code, redirect_uri, client_secret: secret })).json();
  }

  const ask = (form: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(`${other.url}/token`, { method: 'POST', body: new URLSearchParams({ client_id: 'wiki', ...form }) });

  const refresh = (tokens: Record<string, unknown>, secret: string): Promise<Response> =>
    ask({ grant_type: 'refresh_token', refresh_token: String(tokens.refresh_token), client_secret: secret });

  const userinfo = async (tokens: Record<string, unknown>): Promise<number> =>
    (await fetch(`${other.url}/userinfo`, { headers: { authorization: `Bearer ${String(tokens.access_token)}` } }))
      .status;

  it('logs in at every replica, and what is removed is gone with its logins', async () => {
    const { client } = await api.createClient({ client: wiki });
    const secret = client?.secret ?? '';
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(await logIn(secret)).toMatchObject({ error: expect.any(String) });
    await api.createPassword({ password: jane });
    const tokens = await logIn(secret);
    expect(tokens).toMatchObject({ id_token: expect.any(String), refresh_token: expect.any(String) });
    expect((await refresh(tokens, secret)).status).toBe(200);
    expect(await logIn(secret, 'wrong')).toMatchObject({ error: expect.any(String) });

    expect((await api.listRefresh({ userId: janesSubject })).refreshTokens).toMatchObject([{ clientId: 'wiki' }]);
    await api.revokeRefresh({ userId: janesSubject, clientId: 'wiki' });
    expect((await refresh(tokens, secret)).status).toBe(400);
    expect(await userinfo(tokens)).toBe(401);

    const second = await logIn(secret);
    await api.deleteClient({ id: 'wiki' });
    expect((await refresh(second, secret)).status).toBe(401);
    expect(await userinfo(second)).toBe(401);
    await api.createClient({ client: { ...wiki, secret } });
    expect((await refresh(second, secret)).status).toBe(400);
    expect(await userinfo(second)).toBe(401);
    const isIn = async () => 'id_token' in (await logIn(secret));
    // The second in which the one before went is not the new one's.
    await expect.poll(isIn, { timeout: 5_000 }).toBe(true);

    const third = await logIn(secret);
    await api.deletePassword({ email: jane.email });
    expect((await refresh(third, secret)).status).toBe(400);
    expect(await logIn(secret)).toMatchObject({ error: expect.any(String) });
  });

  it('is known to the command that ends logins', async () => {
    await api.createClient({ client: { id: 'portal', redirectUris: ['https://portal.example/cb'] } });
    const revoke = (client: string) =>
      runCommand({
        command: process.execPath,
        args: [main, 'revoke', one.server.configFile, '--client', client],
      });
    expect(await revoke('portal')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await revoke('none')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no client "none"') });
  });

  it('is told in the log, and no secret is', async () => {
    const { client } = await api.createClient({
      client: { id: 'logged', redirectUris: ['https://logged.example/cb'] },
    });
    await api.createPassword({ password: { ...jane, email: 'logged@example.com', userId: 'u-7' } });
    await api.verifyPassword({ email: 'logged@example.com', password: 'a wrong one' });
    await expect.poll(() => one.server.log()).toContain('msg=admin.password_verified');
    const log = one.server.log();
    expect(log).toMatch(/msg=admin\.client_created .*caller=loopback.* client=logged/);
    for (const hidden of [client?.secret ?? 'none', 'a wrong one', '$2y$10$']) expect(log).not.toContain(hidden);
  });
});
