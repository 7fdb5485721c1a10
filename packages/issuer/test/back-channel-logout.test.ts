import { setImmediate } from 'node:timers/promises';
import { createVerifier } from '@ostiary/token-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { revokeLogins } from '../src/index.ts';
import { answerOf } from './browser.ts';
import { bodyOf, claimsOf, type Harness, issuerId, jane, request } from './harness.ts';
import {
  backchannel,
  bye,
  loggedIn,
  logOut,
  logoutApp,
  ofWiki,
  startWithSessions,
  tokenIn,
  whoIsThere,
  wiki,
} from './logouts.ts';
import { asApp, userinfo } from './tokens.ts';

const event = 'http://schemas.openid.net/event/backchannel-logout';
const headerOf = (token: string): unknown => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
const failures = ({ log }: Harness): unknown =>
  log.lines
    .filter(({ event: name }) => name === 'logout.notify_failed')
    .map(({ fields }) => [fields.client, fields.error instanceof Error ? fields.error.message : fields.error]);

afterEach(() => void vi.useRealTimers());

/** Logged in at two clients, and out again. */
async function afterLogout(options: Parameters<typeof startWithSessions>[0] = {}) {
  const channel = backchannel();
  const harness = await startWithSessions({ fetch: channel.fetch, ...options });
  const { browser, tokens } = await loggedIn(harness);
  expect(answerOf(await browser.authorize(request({ ...ofWiki, prompt: 'none' }))).has('code')).toBe(true);
  return { harness, browser, tokens, ...channel, end: () => logOut(browser, { id_token_hint: tokens.id }) };
}

describe('every client of a session', () => {
  it('is sent a logout token of its own, the ones that took the login over, too', async () => {
    const { harness, tokens, sent, end } = await afterLogout();
    await end();
    expect(sent.map(({ url }) => url).toSorted()).toEqual([logoutApp.backchannelLogoutUri, wiki.backchannelLogoutUri]);
    const now = Math.floor(harness.clock.now().getTime() / 1000);
    for (const [index, aud] of [
      [0, 'app'],
      [1, 'wiki'],
    ] as const) {
      const request = sent.find(({ url }) => url === [logoutApp, wiki][index]?.backchannelLogoutUri);
      const token = request === undefined ? '' : tokenIn(request);
      expect(headerOf(token)).toMatchObject({ typ: 'logout+jwt', kid: expect.any(String) });
      expect(claimsOf(token)).toEqual({
        iss: issuerId,
        sub: claimsOf(tokens.id).sub,
        aud,
        iat: now,
        exp: now + 120,
        jti: expect.any(String),
        sid: claimsOf(tokens.id).sid,
        events: { [event]: {} },
      });
    }
    expect(new Set(sent.map((request) => claimsOf(tokenIn(request)).jti)).size).toBe(2);
  });

  it('is told with a form that has nothing else in it, and not where it is redirected to', async () => {
    const { sent, end } = await afterLogout();
    await end();
    for (const { init } of sent) {
      expect(init).toMatchObject({ method: 'POST', redirect: 'manual' });
      expect(new Headers(init.headers).get('content-type')).toBe('application/x-www-form-urlencoded');
      expect([...new URLSearchParams(String(init.body)).keys()]).toEqual(['logout_token']);
    }
  });

  it('hears nothing when it has no address for that, is gone, or the issuer has no way to it', async () => {
    const { backchannelLogoutUri: _none, ...silent } = wiki;
    const clients = [logoutApp, silent];
    const some = await afterLogout({ clients });
    clients.splice(0, 1);
    await some.end();
    expect(some.sent).toEqual([]);
    const harness = await startWithSessions();
    const { browser, tokens } = await loggedIn(harness);
    await logOut(browser, { id_token_hint: tokens.id });
    expect([failures(some.harness), failures(harness)]).toEqual([[], []]);
  });

  it('has it signed with its own algorithm', async () => {
    const { sent, end } = await afterLogout({ clients: [{ ...logoutApp, signingAlgorithm: 'EdDSA' }, wiki] });
    await end();
    const algorithms = sent.map((request) => [claimsOf(tokenIn(request)).aud, headerOf(tokenIn(request))]);
    expect(Object.fromEntries(algorithms)).toMatchObject({ app: { alg: 'EdDSA' }, wiki: { alg: 'ES256' } });
  });
});

describe('a client that cannot be told', () => {
  it.each<[string, () => Promise<Response>, string]>([
    [
      'answers with a fault',
      async () => new Response('secret', { status: 503 }),
      'The client answered with the status 503.',
    ],
    [
      'redirects',
      async () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } }),
      'The client answered with the status 302.',
    ],
    ['cannot be reached', () => Promise.reject(new Error('refused')), 'The client cannot be reached.'],
  ])('keeps nobody logged in when it %s, and the others are told', async (_what, answer, reason) => {
    const { harness, browser, sent, answers, end } = await afterLogout();
    answers.set(logoutApp.backchannelLogoutUri ?? '', answer);
    expect(await end()).toMatchObject({ kind: 'page', page: { name: 'logged-out' } });
    expect(await whoIsThere(browser)).toBe('login_required');
    expect(sent).toHaveLength(2);
    expect(failures(harness)).toEqual([['app', reason]]);
    const log = JSON.stringify(harness.log.lines);
    for (const request of sent) expect(log).not.toContain(tokenIn(request));
  });

  it('is waited for five seconds, all of them together', async () => {
    const { harness, sent, answers, end } = await afterLogout();
    const signals: AbortSignal[] = [];
    for (const { backchannelLogoutUri = '' } of [logoutApp, wiki]) {
      answers.set(backchannelLogoutUri, ({ signal }) => {
        if (signal) signals.push(signal);
        return new Promise(() => {});
      });
    }
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let isOver = false;
    const reply = end().finally(() => {
      isOver = true;
    });
    while (sent.length < 2) await setImmediate();
    await vi.advanceTimersByTimeAsync(4999);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await reply).toMatchObject({ page: { name: 'logged-out' } });
    const reason = 'The client has not answered within 5 seconds.';
    expect(failures(harness)).toEqual([
      ['app', reason],
      ['wiki', reason],
    ]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer behind when it answers', async () => {
    const { end } = await afterLogout();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has the rest of its answer thrown away', async () => {
    const { answers, end } = await afterLogout();
    const cancel = vi.fn();
    answers.set(logoutApp.backchannelLogoutUri ?? '', async () => new Response(new ReadableStream({ cancel })));
    await end();
    expect(cancel).toHaveBeenCalledOnce();
  });
});

describe('the session is over before anybody hears of it', () => {
  it('so that a client that looks finds nobody there', async () => {
    const { browser, answers, end } = await afterLogout();
    const seen: unknown[] = [];
    answers.set(logoutApp.backchannelLogoutUri ?? '', async () => {
      seen.push(await whoIsThere(browser));
      return new Response();
    });
    await end();
    expect(seen).toEqual(['login_required']);
  });
});

describe('clients hear as well', () => {
  it('when somebody else logs in with the same browser, and not when the same person does', async () => {
    const { harness, browser, sent } = await afterLogout();
    await browser.logIn(request({ prompt: 'select_account' }));
    expect(sent).toHaveLength(0);
    harness.upstream.identity = { ...jane, userId: 'u-2' };
    await browser.logIn(request({ prompt: 'select_account' }));
    expect(sent).toHaveLength(2);
  });

  it('when a session is found whose login was revoked', async () => {
    const { harness, browser, sent } = await afterLogout();
    const { storage } = harness;
    await revokeLogins({ target: 'everybody', value: '' }, { storage, now: harness.clock.now });
    harness.clock.advance(2);
    expect(await whoIsThere(browser)).toBe('login_required');
    expect(sent).toHaveLength(2);
    expect(await whoIsThere(browser)).toBe('login_required');
    expect(sent).toHaveLength(2);
  });
});

describe('a logout token lets nobody in', () => {
  async function logoutToken() {
    const { harness, sent, end } = await afterLogout();
    await end();
    const request = sent.find(({ url }) => url === logoutApp.backchannelLogoutUri);
    return { harness, token: request === undefined ? '' : tokenIn(request) };
  }

  it('as an ID token or an access token', async () => {
    const { harness, token } = await logoutToken();
    const verifier = createVerifier({ issuer: issuerId, keys: harness.keys, now: harness.clock.now });
    await expect(verifier.idToken(token)).rejects.toMatchObject({ detail: { reason: 'typ' } });
    await expect(verifier.accessToken(token)).rejects.toMatchObject({ detail: { reason: 'typ' } });
    expect(await userinfo(harness, token)).toBe(401);
    const form = { token, ...asApp };
    expect(bodyOf(await harness.browser().send('/token/introspect', { form }))).toEqual({ active: false });
  });

  it('and is no hint whose session to end', async () => {
    const { harness, token } = await logoutToken();
    const { browser } = await loggedIn(harness);
    const params = { id_token_hint: token, post_logout_redirect_uri: bye };
    expect(await logOut(browser, params)).toMatchObject({ status: 400, page: { message: 'Invalid id_token_hint.' } });
    expect(await whoIsThere(browser)).toBe('somebody');
  });
});
