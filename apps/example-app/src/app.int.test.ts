import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createApp } from './app.ts';
import type { RelyingParty } from './relying-party.ts';
import { createSessions } from './sessions.ts';

const unreachable = (): Promise<never> => Promise.reject(new Error('fetch failed'));
const relyingParty: RelyingParty = {
  begin: async () => ({ url: 'http://issuer.example/auth', pending: { verifier: 'v', state: 's', nonce: 'n' } }),
  finish: unreachable,
  refresh: unreachable,
  userinfo: unreachable,
  revoke: unreachable,
  endSessionUrl: unreachable,
};

/** The app on a port of its own. */
async function startApp(party: RelyingParty = relyingParty, log: (line: string) => void = () => {}) {
  const app = createApp({
    issuer: 'http://issuer.example',
    baseUrl: 'http://127.0.0.1',
    relyingParty: party,
    sessions: createSessions({ most: 10, lifeMs: 1000, now: () => 0 }),
    log,
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a server on a TCP port has no other kind of address
  return { url: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => void server.close() };
}

it('calls a callback without a login a bad request, and blames the issuer for a login that it does not finish', async () => {
  using app = await startApp();
  const stray = await fetch(`${app.url}/callback?code=c&state=s`);
  expect(stray.status).toBe(400);
  expect(await stray.text()).toContain('This browser has not begun to log in here.');

  const begun = await fetch(`${app.url}/login`, { redirect: 'manual' });
  const headers = {
    cookie: begun.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; '),
  };
  expect((await fetch(`${app.url}/callback?code=c&state=s`, { headers })).status).toBe(502);
});

it('lets two tabs of one browser log in, whichever is back first', async () => {
  let begun = 0;
  const finished: string[] = [];
  using app = await startApp({
    ...relyingParty,
    begin: async () => ({
      url: 'http://issuer.example/auth',
      pending: { verifier: 'v', state: `s${++begun}`, nonce: 'n' },
    }),
    finish: async (_url, { state }) => {
      finished.push(state);
      return { idToken: 'a.b.c', accessToken: 'a', claims: {} };
    },
  });
  let cookie = '';
  const go = async (path: string): Promise<number> => {
    const reply = await fetch(`${app.url}${path}`, { redirect: 'manual', headers: { cookie } });
    cookie = reply.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return reply.status;
  };
  await go('/login');
  await go('/login');
  expect(await go('/callback?code=c&state=s1')).toBe(302);
  expect(await go('/callback?code=c&state=s2')).toBe(302);
  expect(finished).toEqual(['s1', 's2']);
  expect(await go('/callback?code=c&state=s2'), 'the same once more').toBe(400);
});

it.each([
  ['ends the login at the issuer when somebody logs out', async () => {}, async () => undefined, [], '/'],
  [
    'leads on to an issuer that has a session to end',
    async () => {},
    async () => 'http://issuer.example/logout?id_token_hint=x',
    [],
    'http://issuer.example/logout?id_token_hint=x',
  ],
  [
    'logs out also when the issuer cannot be told',
    unreachable,
    unreachable,
    ['revoke: fetch failed', 'end session: fetch failed'],
    '/',
  ],
])('%s', async (_what, answer, endSessionUrl, lines, next) => {
  const revoked: unknown[] = [];
  const log: string[] = [];
  const party: RelyingParty = {
    ...relyingParty,
    finish: async () => ({ idToken: `${btoa('{}')}.b.c`, accessToken: 'a', refreshToken: 'r', claims: {} }),
    revoke: ({ refreshToken }) => {
      revoked.push(refreshToken);
      return answer();
    },
    endSessionUrl,
  };
  using app = await startApp(party, (line) => log.push(line));
  let cookie = '';
  const go = async (path: string, method = 'GET'): Promise<Response> => {
    const reply = await fetch(`${app.url}${path}`, { method, redirect: 'manual', headers: { cookie } });
    cookie = reply.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return reply;
  };
  await go('/login');
  await go('/callback?code=c&state=s');
  const before = cookie;
  expect(await (await go('/')).text()).toContain('Log out');
  const answered = await go('/logout', 'POST');
  expect([answered.status, answered.headers.get('location')]).toEqual([303, next]);
  expect(revoked).toEqual(['r']);
  expect(log).toEqual(lines);
  cookie = before;
  expect(await (await go('/')).text(), 'the session is gone').not.toContain('Log out');
});
