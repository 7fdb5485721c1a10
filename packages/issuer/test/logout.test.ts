import { setImmediate } from 'node:timers/promises';
import type { UpstreamLogout } from '@ostiary/connector-sdk';
import { seededRandom } from '@ostiary/connector-sdk/testing';
import { createSealer } from '@ostiary/token-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Client, Reply } from '../src/index.ts';
import { answerOf, type Browser, locationOf } from './browser.ts';
import {
  app,
  bodyOf,
  claimsOf,
  cli,
  type Harness,
  issuerId,
  jane,
  redirectUri,
  request,
  startIssuer,
} from './harness.ts';
import {
  asks,
  backchannel,
  bye,
  fieldOf,
  loggedIn,
  loggedOut,
  logOut,
  logoutApp,
  refused,
  sayYes,
  startWithSessions,
  whoIsThere,
  wiki,
} from './logouts.ts';
import { asApp, tokensOf } from './tokens.ts';

const events = ({ log }: Harness, event: string): unknown =>
  log.lines.filter((line) => line.event === event).map(({ fields }) => fields);

afterEach(() => void vi.useRealTimers());

describe('an issuer without sessions', () => {
  it('has no logout, and discovery names none', async () => {
    const { issuer, browser } = await startIssuer({ fetch: backchannel().fetch });
    expect(issuer.endpoints.filter(({ path }) => path.startsWith('/logout'))).toEqual([]);
    const names = Object.keys(bodyOf(await browser().send('/.well-known/openid-configuration')));
    expect(names.filter((name) => /logout|end_session/.test(name))).toEqual([]);
  });
});

describe('an issuer with sessions', () => {
  it('gives its cookie no name that those of logouts have', async () => {
    await expect(startWithSessions({ sessions: { cookieName: 'logout-session' } })).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining('sessions.cookieName'),
    });
  });
});

describe('discovery', () => {
  it('names the endpoint, and the back-channel where there is one', async () => {
    const discovery = async ({ browser }: Harness) => bodyOf(await browser().send('/.well-known/openid-configuration'));
    const plain = await discovery(await startWithSessions());
    expect(plain).toMatchObject({ end_session_endpoint: `${issuerId}/logout` });
    expect(plain).not.toHaveProperty('backchannel_logout_supported');
    expect(await discovery(await startWithSessions({ fetch: backchannel().fetch }))).toMatchObject({
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
    });
  });
});

describe('a client that sends the ID token of the person', () => {
  it('ends the session without a question, and gets the person and its state back', async () => {
    const harness = await startWithSessions();
    const { browser, tokens } = await loggedIn(harness);
    expect(await whoIsThere(browser)).toBe('somebody');
    const params = { id_token_hint: tokens.id, post_logout_redirect_uri: bye, state: 'a b&c=d/ü' };
    const reply = await logOut(browser, params);
    expect(reply).toMatchObject({ kind: 'redirect', status: 303 });
    expect(locationOf(reply)).toMatch(/^https:\/\/app\.example\.com\/bye\?state=/);
    expect(answerOf(reply).get('state')).toBe('a b&c=d/ü');
    expect(browser.cookies.has('session')).toBe(false);
    expect(await whoIsThere(browser)).toBe('login_required');
    expect(events(harness, 'logout.done')).toEqual([{ connector: 'idp', user: 'u-1', client: 'app' }]);
  });

  it('gets them back in front of the fragment of its address', async () => {
    const { browser, tokens } = await loggedIn(await startWithSessions());
    const params = { id_token_hint: tokens.id, post_logout_redirect_uri: `${bye}#/bye?x`, state: 's' };
    expect(locationOf(await logOut(browser, params))).toBe(`${bye}?state=s#/bye?x`);
  });

  it('may do so with a form', async () => {
    const { browser, tokens } = await loggedIn(await startWithSessions());
    const form = { id_token_hint: tokens.id, post_logout_redirect_uri: `${bye}?tenant=a`, state: 's' };
    expect(locationOf(await browser.send('/logout', { form }))).toBe(`${bye}?tenant=a&state=s`);
    expect(await whoIsThere(browser)).toBe('login_required');
  });

  it('gets the address without a sign more when it sent no state, and a page when it sent no address', async () => {
    const harness = await startWithSessions();
    const { browser, tokens } = await loggedIn(harness);
    const params = { id_token_hint: tokens.id, post_logout_redirect_uri: bye };
    expect(locationOf(await logOut(browser, params))).toBe(bye);
    const again = await loggedIn(harness);
    expect(await logOut(again.browser, { id_token_hint: again.tokens.id, state: 'x' })).toMatchObject(loggedOut);
    expect(await whoIsThere(again.browser)).toBe('login_required');
  });

  it('may send one that is over', async () => {
    const harness = await startWithSessions({ lifetimes: { idToken: 60 } });
    const { browser, tokens } = await loggedIn(harness);
    harness.clock.advance(600);
    expect(await logOut(browser, { id_token_hint: tokens.id })).toMatchObject(loggedOut);
    expect(await whoIsThere(browser)).toBe('login_required');
  });

  it('ends no session of another browser, whoever is logged in there', async () => {
    const harness = await startWithSessions();
    const [mine, other] = [await loggedIn(harness), await loggedIn(harness)];
    const params = { id_token_hint: mine.tokens.id, post_logout_redirect_uri: bye };
    expect(locationOf(await logOut(harness.browser(), params))).toBe(bye);
    expect(await whoIsThere(mine.browser)).toBe('somebody');
    expect(await whoIsThere(other.browser)).toBe('somebody');
  });
});

describe('a person is asked', () => {
  async function unlikeHints(harness: Harness): Promise<Record<string, string>> {
    const earlier = await loggedIn(harness);
    harness.upstream.identity = { ...jane, userId: 'u-2', username: 'Joe' };
    const joe = await loggedIn(harness);
    harness.upstream.identity = jane;
    return { 'of an earlier session': earlier.tokens.id, 'of somebody else': joe.tokens.id };
  }

  it.each(['of an earlier session', 'of somebody else'])('when the ID token is %s', async (what) => {
    const harness = await startWithSessions();
    const hint = (await unlikeHints(harness))[what] ?? '';
    const { browser } = await loggedIn(harness);
    expect(await logOut(browser, { id_token_hint: hint })).toMatchObject(asks);
    expect(await whoIsThere(browser)).toBe('somebody');
  });

  it.each([
    ['without an ID token', {}, undefined],
    ['by a client that names itself', { client_id: 'app' }, 'The App'],
    ['by one that nobody knows', { client_id: 'nobody' }, undefined],
  ])('%s, also when it is posted', async (_what, params, clientName) => {
    const { browser } = await loggedIn(await startWithSessions());
    for (const reply of [await logOut(browser, params), await browser.send('/logout', { form: params })]) {
      expect(reply).toMatchObject(asks);
      expect(reply.kind === 'page' && 'clientName' in reply.page ? reply.page.clientName : undefined).toBe(clientName);
    }
    expect(await whoIsThere(browser)).toBe('somebody');
  });

  it('and after a yes the client has its person and its state back', async () => {
    const { browser } = await loggedIn(await startWithSessions());
    const params = { client_id: 'app', post_logout_redirect_uri: bye, state: 's' };
    const confirmed = fieldOf(await logOut(browser, params));
    expect(locationOf(await sayYes(browser, confirmed))).toBe(`${bye}?state=s`);
    expect(browser.cookies.has('session')).toBe(false);
    expect(await whoIsThere(browser)).toBe('login_required');
    // The button was pressed twice.
    expect(locationOf(await sayYes(browser, confirmed))).toBe(`${bye}?state=s`);
  });
});

describe('the yes of a person', () => {
  it('is nothing that we have not sealed, and nothing that we have sealed for something else', async () => {
    const harness = await startWithSessions();
    const { browser, tokens } = await loggedIn(harness);
    const { storage, clock, log } = harness;
    const sealer = await createSealer({ storage, deps: { now: clock.now, random: seededRandom('sealer'), log } });
    const value = { sessionId: String(claimsOf(tokens.id).sid), after: {} };
    const seal = (purpose: string): Promise<string> => sealer.seal(value, { purpose });
    for (const other of ['x', await seal('login'), await seal('logout')]) {
      expect(await sayYes(browser, other)).toMatchObject(asks);
    }
    expect(await whoIsThere(browser)).toBe('somebody');
    expect(await sayYes(browser, await seal('logout-question'))).toMatchObject(loggedOut);
  });

  it('is about the session that was shown: not about that of another browser, nor about a later one', async () => {
    const harness = await startWithSessions();
    const [mallory, { browser }] = [await loggedIn(harness), await loggedIn(harness)];
    const params = { client_id: 'app', post_logout_redirect_uri: bye };
    const theirs = fieldOf(await logOut(mallory.browser, params));
    const asked = await sayYes(browser, theirs);
    expect(asked).toMatchObject(asks);
    expect(await whoIsThere(browser)).toBe('somebody');
    // What was asked for is not forgotten.
    expect(locationOf(await sayYes(browser, fieldOf(asked)))).toBe(bye);
  });

  it('is over with the time of a login', async () => {
    const harness = await startWithSessions();
    const { browser } = await loggedIn(harness);
    const confirmed = fieldOf(await logOut(browser));
    harness.clock.advance(600);
    expect(await sayYes(browser, confirmed)).toMatchObject(asks);
    expect(await whoIsThere(browser)).toBe('somebody');
  });

  it('is posted, and no link', async () => {
    const { browser } = await loggedIn(await startWithSessions());
    expect(await logOut(browser, { confirmed: fieldOf(await logOut(browser)) })).toMatchObject(asks);
  });

  it('sends nobody to an address that the client has given up meanwhile', async () => {
    const clients: Client[] = [logoutApp];
    const { browser } = await loggedIn(await startWithSessions({ clients }));
    const confirmed = fieldOf(await logOut(browser, { client_id: 'app', post_logout_redirect_uri: bye }));
    clients.splice(0, 1, app);
    expect(await sayYes(browser, confirmed)).toMatchObject(loggedOut);
  });
});

describe('nothing ends, and nobody is sent anywhere', () => {
  const hint = async ({ tokens }: Awaited<ReturnType<typeof loggedIn>>, name: 'id' | 'access') => tokens[name];

  it.each<[string, Record<string, string>, string]>([
    ['for a hint that is no token', { id_token_hint: 'x' }, 'Invalid id_token_hint.'],
    ['for an address and nobody who asks', { post_logout_redirect_uri: bye }, 'needs a known client'],
    ['for an address of nobody', { client_id: 'nobody', post_logout_redirect_uri: bye }, 'needs a known client'],
    ['for an address of another client', { client_id: 'wiki', post_logout_redirect_uri: bye }, 'Unregistered'],
    ['for one with a slash more', { client_id: 'app', post_logout_redirect_uri: `${bye}/` }, 'Unregistered'],
    ['for one of a login', { client_id: 'app', post_logout_redirect_uri: redirectUri }, 'Unregistered'],
    ['for signs that no URI has', { client_id: 'app', post_logout_redirect_uri: 'https://app.example.com/ü' }, 'Unreg'],
    ['for another port on loopback', { client_id: 'cli', post_logout_redirect_uri: 'http://127.0.0.1:2/' }, 'Unreg'],
    ['for a state that cannot be kept', { client_id: 'app', state: 's'.repeat(2000) }, 'shorten state'],
  ])('%s', async (_what, params, message) => {
    const local = { ...cli, postLogoutRedirectUris: ['http://127.0.0.1:1/'] };
    const { browser, tokens } = await loggedIn(await startWithSessions({ clients: [logoutApp, wiki, local] }));
    const own = params.client_id === 'app' ? { id_token_hint: tokens.id } : {};
    const reply = await logOut(browser, { ...own, ...params });
    expect(reply).toMatchObject({ ...refused, page: { message: expect.stringContaining(message) } });
    expect(await whoIsThere(browser)).toBe('somebody');
  });

  it('for an access token as the hint', async () => {
    const known = await loggedIn(await startWithSessions());
    expect(await logOut(known.browser, { id_token_hint: await hint(known, 'access') })).toMatchObject(refused);
    expect(await whoIsThere(known.browser)).toBe('somebody');
  });

  it('for a hint that was issued to another client than the one that asks', async () => {
    const known = await loggedIn(await startWithSessions());
    const params = { id_token_hint: await hint(known, 'id'), client_id: 'wiki' };
    expect(await logOut(known.browser, params)).toMatchObject(refused);
    expect(await whoIsThere(known.browser)).toBe('somebody');
    expect(await logOut(known.browser, { ...params, client_id: 'app' })).toMatchObject(loggedOut);
  });

  it('for a parameter that is there twice', async () => {
    const { browser } = await loggedIn(await startWithSessions());
    expect(await browser.send('/logout?state=a&state=b')).toMatchObject(refused);
  });
});

describe('a form of another site, which brings no cookie', () => {
  const fromElsewhere = async (harness: Harness, form: Record<string, string>): Promise<Record<string, string>> => {
    const sent = await harness.browser().send('/logout', { form });
    if (sent.kind !== 'page' || sent.page.name !== 'submit-form') throw new Error(JSON.stringify(sent));
    expect(sent.page.action).toBe('/dex/logout');
    return sent.page.fields;
  };

  it('is posted again by our page, and does what a link would', async () => {
    const harness = await startWithSessions();
    const { browser, tokens } = await loggedIn(harness);
    const asked = await fromElsewhere(harness, { client_id: 'app', state: 's', confirmed: '', other: 'x' });
    expect(Object.keys(asked)).toEqual(['state', 'client_id', 'ostiary_bounced']);
    expect(await browser.send('/logout', { form: asked })).toMatchObject(asks);
    const form = await fromElsewhere(harness, { id_token_hint: tokens.id, post_logout_redirect_uri: bye, state: 's' });
    expect(locationOf(await browser.send('/logout', { form }))).toBe(`${bye}?state=s`);
    expect(await whoIsThere(browser)).toBe('login_required');
    // Nobody is logged in: once is enough.
    expect(locationOf(await harness.browser().send('/logout', { form }))).toBe(`${bye}?state=s`);
  });

  it('is refused at once when it is wrong', async () => {
    const { browser } = await startWithSessions();
    expect(await browser().send('/logout', { form: { id_token_hint: 'x' } })).toMatchObject(refused);
  });
});

describe('where nobody is logged in', () => {
  it('the client has its person back, or they see that they are logged out', async () => {
    const { browser } = await startWithSessions();
    const params = { client_id: 'app', post_logout_redirect_uri: bye, state: 's' };
    expect(locationOf(await logOut(browser(), params))).toBe(`${bye}?state=s`);
    expect(await logOut(browser())).toMatchObject(loggedOut);
    expect(await browser().send('/logout', { form: { confirmed: 'x' } })).toMatchObject(loggedOut);
  });
});

/** A provider with a logout, and what it was asked for. */
function provider(begin?: UpstreamLogout['begin']) {
  const asked: Parameters<UpstreamLogout['begin']>[0][] = [];
  const logout: UpstreamLogout = {
    async begin(ask) {
      asked.push(ask);
      return begin === undefined
        ? { url: `https://idp.example.com/end?${new URLSearchParams({ state: ask.state })}` }
        : begin(ask);
    },
  };
  return { logout, asked };
}

const params = { client_id: 'app', post_logout_redirect_uri: bye, state: 's' };

/** A browser that was sent to the provider, and the state that it will bring back. */
async function atProvider(clients: readonly Client[] = [logoutApp]) {
  const { logout, asked } = provider();
  const harness = await startWithSessions({ logout, clients });
  const { browser, tokens } = await loggedIn(harness);
  const reply = await logOut(browser, { ...params, id_token_hint: tokens.id });
  return { harness, browser, asked, reply, state: answerOf(reply).get('state') ?? '' };
}

const back = (browser: Browser, state: string): Promise<Reply> =>
  browser.send(`/logout/callback?${new URLSearchParams({ state })}`);

describe('a provider with a logout', () => {
  it('gets the person when their session here is over, and the client gets them afterwards', async () => {
    const { browser, asked, reply, state } = await atProvider();
    expect(locationOf(reply)).toMatch(/^https:\/\/idp\.example\.com\/end\?/);
    expect(asked).toEqual([{ state, returnUrl: `${issuerId}/logout/callback`, connectorData: jane.connectorData }]);
    expect(browser.cookies.has('session')).toBe(false);
    expect(await whoIsThere(browser)).toBe('login_required');
    expect(locationOf(await back(browser, state))).toBe(`${bye}?state=s`);
    expect([...browser.cookies.keys()].filter((name) => name.startsWith('logout-'))).toEqual([]);
    expect(await back(browser, state)).toMatchObject(loggedOut);
  });

  it('may post its answer from its own site, which brings no cookie: the browser comes again and brings it', async () => {
    const { harness, browser, state } = await atProvider();
    expect(Buffer.byteLength(state)).toBeLessThanOrEqual(80);
    const form = { RelayState: state, SAMLResponse: 'PHg+', post_logout_redirect_uri: 'https://evil.example' };
    const sent = await harness.browser().send('/logout/callback', { form });
    expect(sent).toMatchObject({ kind: 'redirect', status: 303, location: `/dex/logout/callback?state=${state}` });
    expect(locationOf(await browser.send(locationOf(sent)))).toBe(`${bye}?state=s`);
    const second = await atProvider();
    const withCookie = await second.browser.send('/logout/callback', { form: { RelayState: second.state } });
    expect(locationOf(withCookie)).toBe(`${bye}?state=s`);
  });

  it.each(['', 'x', '//evil.example/aaaaaaaa', 'a'.repeat(21), 'a'.repeat(23)])(
    'that comes back with the state %j leads to the page',
    async (state) => {
      const { browser } = await startWithSessions();
      expect(await back(browser(), state)).toMatchObject(loggedOut);
      expect(await browser().send('/logout/callback', { form: { RelayState: state } })).toMatchObject(loggedOut);
    },
  );

  it('leads to the page in another browser, with the cookie of another logout, and when it took too long', async () => {
    const { harness, browser, state } = await atProvider();
    expect(await back(harness.browser(), state)).toMatchObject(loggedOut);
    const other = 'a'.repeat(22);
    browser.cookies.set(`logout-${other}`, browser.cookies.get(`logout-${state}`) ?? '');
    expect(await back(browser, other)).toMatchObject(loggedOut);
    harness.clock.advance(600);
    expect(await back(browser, state)).toMatchObject(loggedOut);
  });

  it('leads to no address that the client has given up meanwhile', async () => {
    const clients: Client[] = [logoutApp];
    const { browser, state } = await atProvider(clients);
    clients.splice(0, 1, app);
    expect(await back(browser, state)).toMatchObject(loggedOut);
  });

  it('leaves one cookie, however often the browser does not come back', async () => {
    const { harness, browser } = await atProvider();
    const { tokens } = await loggedIn(harness, browser);
    await logOut(browser, { id_token_hint: tokens.id });
    expect([...browser.cookies.keys()].filter((name) => name.startsWith('logout-'))).toHaveLength(1);
  });

  it.each<[string, UpstreamLogout['begin'], number]>([
    ['has no endpoint for it', async () => undefined, 0],
    ['cannot be reached', () => Promise.reject(new Error('down')), 1],
    ['answers with no web page', async () => ({ url: 'javascript:alert(1)' }), 1],
  ])('stops nobody when it %s', async (_what, begin, failures) => {
    const harness = await startWithSessions({ logout: provider(begin).logout });
    const { browser, tokens } = await loggedIn(harness);
    expect(locationOf(await logOut(browser, { ...params, id_token_hint: tokens.id }))).toBe(`${bye}?state=s`);
    expect(await whoIsThere(browser)).toBe('login_required');
    expect([...browser.cookies.keys()].filter((name) => name.startsWith('logout-'))).toEqual([]);
    expect(events(harness, 'logout.provider_failed')).toHaveLength(failures);
  });

  it('stops nobody when it never answers', async () => {
    const harness = await startWithSessions({ logout: provider(() => new Promise(() => {})).logout });
    const { browser, tokens } = await loggedIn(harness);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const reply = logOut(browser, { ...params, id_token_hint: tokens.id });
    while (vi.getTimerCount() === 0) await setImmediate();
    await vi.advanceTimersByTimeAsync(50_000);
    expect(locationOf(await reply)).toBe(`${bye}?state=s`);
    expect(await whoIsThere(browser)).toBe('login_required');
    expect(events(harness, 'logout.provider_failed')).toMatchObject([{ connector: 'idp' }]);
  });
});

describe('of fifty logouts at the same moment', () => {
  it('one ends the session and tells each client once, and all are answered', async () => {
    const { fetch, sent } = backchannel();
    const { logout, asked } = provider();
    const harness = await startWithSessions({ fetch, logout });
    const { browser, tokens } = await loggedIn(harness);
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => logOut(browser, { ...params, id_token_hint: tokens.id })),
    );
    expect(sent).toHaveLength(1);
    expect(asked).toHaveLength(1);
    expect(events(harness, 'logout.done')).toHaveLength(1);
    const places = replies.map((reply) => new URL(locationOf(reply)).host);
    expect(places.filter((host) => host === 'idp.example.com')).toHaveLength(1);
    expect(places.filter((host) => host === 'app.example.com')).toHaveLength(49);
  });
});

describe('what a logout leaves behind', () => {
  it.each([
    ['good for a client that wants its tokens for itself', 'standalone', 200],
    ['good for nothing where tokens end with the session', 'session', 400],
  ] as const)('is a code that is %s', async (_what, refreshTokenLifetime, status) => {
    const harness = await startWithSessions({ clients: [{ ...logoutApp, refreshTokenLifetime }] });
    const browser = harness.browser();
    const code = answerOf(await browser.logIn(request())).get('code') ?? '';
    await sayYes(browser, fieldOf(await logOut(browser)));
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...asApp };
    expect((await harness.browser().token(form)).status).toBe(status);
  });

  it('is no page on which the next person at this machine could agree', async () => {
    const harness = await startWithSessions({ protocol: { skipApproval: false } });
    const browser = harness.browser();
    const asked = await browser.logIn(request());
    const req = answerOf(asked).get('req') ?? '';
    await sayYes(browser, fieldOf(await logOut(browser)));
    expect(await browser.send('/approval', { form: { req, approval: 'approve' } })).toMatchObject({
      kind: 'page',
      page: { name: 'error', problem: 'login_expired' },
    });
  });

  it('is refresh tokens of a client that wants them for itself, and none of one that binds them to the session', async () => {
    const bound: Client = { ...logoutApp, refreshTokenLifetime: 'session' };
    for (const [client, status] of [
      [logoutApp, 200],
      [bound, 400],
    ] as const) {
      const harness = await startWithSessions({ clients: [client] });
      const { browser, tokens } = await loggedIn(harness);
      await logOut(browser, { id_token_hint: tokens.id });
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh, ...asApp };
      const reply = await harness.browser().token(form);
      expect(reply.status).toBe(status);
      if (status === 200) expect(tokensOf(reply).id).not.toBe('');
    }
  });
});
