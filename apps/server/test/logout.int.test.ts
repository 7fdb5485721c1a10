/** Logout at the built server, told to real listeners, and looked at by clients that know only the standards. */
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { describe, expect, it } from 'vitest';
import { type BuiltServer, startBuiltServer } from './built-server.ts';
import { CookieBrowser, passwordDatabase } from './cookie-browser.ts';
import { type Listening, listen } from './listen.ts';

const bye = 'https://console.example/bye';

interface Receiver extends Listening {
  readonly received: { readonly path: string; readonly form: URLSearchParams }[];
}

/** Two clients' ears; `/slow` answers after a second, `/away` leads to `/elsewhere`, `/deaf` never answers. */
async function listener(): Promise<Receiver> {
  const received: Receiver['received'] = [];
  const listening = await listen(() => async (request, response) => {
    const path = request.url ?? '';
    received.push({ path, form: new URLSearchParams(await text(request)) });
    if (path === '/deaf') return;
    if (path === '/slow') await sleep(1000);
    if (path === '/away') response.writeHead(307, { location: '/elsewhere' });
    response.end();
  });
  return { ...listening, received, [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose]() };
}

const start = ({ origin }: Receiver, [one, other]: readonly [string, string]): Promise<BuiltServer> =>
  startBuiltServer({
    clients: [
      `{ id: console, name: Console, secret: s, redirectURIs: ["https://console.example/cb"], ssoSharedWith: [wiki],
         postLogoutRedirectURIs: ["${bye}"], backchannelLogoutURI: "${origin}${one}" }`,
      `{ id: wiki, name: Wiki, secret: s, redirectURIs: ["https://wiki.example/cb"],
         backchannelLogoutURI: "${origin}${other}" }`,
    ],
    more: `sessions: {}\n${passwordDatabase}`,
  });

interface Person {
  readonly browser: CookieBrowser;
  readonly idToken: string;
  /** Ends the session as the console would. */
  logOut(): Promise<Response>;
}

/** Somebody who is logged in at both clients. */
async function loggedIn({ url }: BuiltServer): Promise<Person> {
  const browser = new CookieBrowser();
  const answer = (await browser.logIn(url, 'console', true)).headers.get('location') ?? '';
  expect(new URL(await browser.authorize(url, 'wiki')).searchParams.has('code')).toBe(true);
  const config = await asConsole(url);
  const { id_token: idToken = '' } = await oidc.authorizationCodeGrant(config, new URL(answer));
  const ask = { id_token_hint: idToken, post_logout_redirect_uri: bye, state: 's' };
  return { browser, idToken, logOut: () => browser.visit(oidc.buildEndSessionUrl(config, ask).href) };
}

const asConsole = (url: string): Promise<oidc.Configuration> =>
  oidc.discovery(new URL(url), 'console', 's', undefined, { execute: [oidc.allowInsecureRequests] });

describe('a logout', () => {
  it('is known by discovery, ends the session, and tells both clients with tokens that jose verifies', async () => {
    await using receiver = await listener();
    await using server = await start(receiver, ['/console', '/wiki']);
    expect((await asConsole(server.url)).serverMetadata()).toMatchObject({
      end_session_endpoint: `${server.url}/logout`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
    const { browser, idToken, logOut } = await loggedIn(server);
    const answer = await logOut();
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${bye}?state=s`]);
    expect(answer.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^ostiary_session=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/),
    );
    const again = new URL(await browser.authorize(server.url, 'wiki', { prompt: 'none' }));
    expect(again.searchParams.get('error')).toBe('login_required');
    expect(receiver.received.map(({ path }) => path).toSorted()).toEqual(['/console', '/wiki']);
    const keys = createRemoteJWKSet(new URL(`${server.url}/keys`));
    const { payload: before } = await jwtVerify(idToken, keys);
    for (const { path, form } of receiver.received) {
      const options = { issuer: server.url, audience: path.slice(1), typ: 'logout+jwt' };
      const { payload } = await jwtVerify(form.get('logout_token') ?? '', keys, options);
      expect(payload).toMatchObject({ sub: before.sub, sid: before.sid });
      expect(payload).not.toHaveProperty('nonce');
      expect(payload.events).toEqual({ 'http://schemas.openid.net/event/backchannel-logout': {} });
      expect(server.server.log()).not.toContain(form.get('logout_token'));
    }
  });

  it('goes on when a client is deaf or leads elsewhere, after five seconds, and the log says so', async () => {
    await using receiver = await listener();
    await using server = await start(receiver, ['/deaf', '/away']);
    const { logOut } = await loggedIn(server);
    const began = performance.now();
    expect((await logOut()).headers.get('location')).toBe(`${bye}?state=s`);
    expect(performance.now() - began).toBeGreaterThan(4900);
    expect(performance.now() - began).toBeLessThan(8000);
    expect(receiver.received.map(({ path }) => path).toSorted()).toEqual(['/away', '/deaf']);
    // Lines are written together, a moment later.
    await expect.poll(() => server.server.log()).toMatch(/notify_failed .*client=console .*within 5 seconds/);
    await expect.poll(() => server.server.log()).toMatch(/logout\.notify_failed .*client=wiki .*status 307/);
  });

  it('is finished by a server that is told to stop', async () => {
    await using receiver = await listener();
    await using server = await start(receiver, ['/slow', '/wiki']);
    const { logOut } = await loggedIn(server);
    const answer = logOut();
    await expect.poll(() => receiver.received.length).toBe(2);
    await server.server.stop();
    expect((await answer).status).toBe(303);
    await expect.poll(() => server.server.log()).toMatch(/logout\.done/);
    expect(server.server.log()).not.toMatch(/logout\.notify_failed/);
  });

  it('asks whoever comes without an ID token, and takes no answer that its page did not make', async () => {
    await using receiver = await listener();
    await using server = await start(receiver, ['/console', '/wiki']);
    const { browser } = await loggedIn(server);
    const page = await (await browser.visit(`${server.url}/logout`)).text();
    expect(page).toContain('Log out?');
    const [, confirmed = ''] = /name="confirmed" value="([^"]+)"/.exec(page) ?? [];
    const done = await browser.visit(`${server.url}/logout`, new URLSearchParams({ confirmed: 'forged' }));
    expect(await done.text()).toContain('Log out?');
    const yes = await browser.visit(`${server.url}/logout`, new URLSearchParams({ confirmed }));
    expect(await yes.text()).toContain('You are logged out');
    expect(receiver.received).toHaveLength(2);
  });

  it('has no address where there are no sessions', async () => {
    await using server = await startBuiltServer();
    expect((await fetch(`${server.url}/logout`)).status).toBe(404);
    expect((await asConsole(server.url)).serverMetadata()).not.toHaveProperty('end_session_endpoint');
  });
});
