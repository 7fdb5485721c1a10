/** How a session begins and ends, what the browser holds of it, and what is bound to it (docs/adr/0025). */
import { describe, expect, it } from 'vitest';
import type { Reply } from '../src/index.ts';
import { Browser, locationOf } from './browser.ts';
import { app, bodyOf, claimsOf, jane, request, startIssuer } from './harness.ts';
import { outcomeOf, redeem, scope, sessionCookie, startWithSession, storedSessions } from './sessions.ts';
import { asApp, refresh, userinfo } from './tokens.ts';

const silent = request({ scope, prompt: 'none' });
const isLoggedIn = async (person: Browser): Promise<boolean> => outcomeOf(await person.authorize(silent)) === 'code';

describe('a session ends', () => {
  it('at its absolute limit, however often it is used', async () => {
    const { person, clock } = await startWithSession({ sessions: { absolute: 500, idle: 300 } });
    clock.advance(299);
    expect(await isLoggedIn(person)).toBe(true);
    clock.advance(200);
    expect(await isLoggedIn(person)).toBe(true);
    clock.advance(1);
    expect(await isLoggedIn(person)).toBe(false);
  });

  it('at the limits of today, when they were longer at the login', async () => {
    const { person, clock, replica } = await startWithSession();
    const strict = new Browser(await replica({ sessions: { absolute: 60, idle: 60 } }));
    strict.cookies.set('session', person.cookies.get('session') ?? '');
    clock.advance(60);
    expect(await isLoggedIn(strict)).toBe(false);
    expect(await isLoggedIn(person)).toBe(true);
  });

  it('when it is not used, counted from the last use', async () => {
    const { person, clock } = await startWithSession({ sessions: { absolute: 86_400, idle: 600 } });
    clock.advance(599);
    expect(await isLoggedIn(person)).toBe(true);
    clock.advance(599);
    expect(await isLoggedIn(person)).toBe(true);
    clock.advance(600);
    expect(await isLoggedIn(person)).toBe(false);
  });

  it('with the one of the provider, when that says when', async () => {
    const harness = await startIssuer({ sessions: {} });
    const expires = new Date(harness.clock.now().getTime() + 300_000);
    harness.upstream.identity = { ...jane, authentication: { expires } };
    const person = harness.browser();
    await person.logIn(request({ scope }));
    harness.clock.advance(299);
    expect(await isLoggedIn(person)).toBe(true);
    harness.clock.advance(1);
    expect(await isLoggedIn(person)).toBe(false);
  });

  it('before it has begun, when that of the provider is over by our clock: the login goes on without', async () => {
    const harness = await startIssuer({ sessions: {}, protocol: { skipApproval: false } });
    const { clock, upstream } = harness;
    upstream.identity = { ...jane, authentication: { expires: clock.now() } };
    const person = harness.browser();
    const page = await person.send(locationOf(await person.logIn(request({ scope }))));
    const req = page.kind === 'page' && page.page.name === 'approval' ? page.page.req : '';
    expect(outcomeOf(await person.send('/approval', { form: { req, approval: 'approve' } }))).toBe('code');
    expect(await storedSessions(harness)).toEqual(new Map());
  });

  it.each([
    ['somebody else', 'u-2', 'idp'],
    ['somebody with the same id at another provider', jane.userId, 'ldap'],
  ])('when %s logs in with the same browser', async (_who, userId, connector) => {
    const harness = await startWithSession();
    const { person, upstream, browser } = harness;
    const [first] = [...(await storedSessions(harness)).keys()];
    const before = new Map(person.cookies);
    upstream.identity = { ...jane, userId };
    const { id } = await redeem({ browser }, await logInAt(connector, person));
    const { id: silently } = await redeem({ browser }, await person.authorize({ ...silent, connector_id: connector }));
    expect(claimsOf(silently).sub).toBe(claimsOf(id).sub);
    const stored = await storedSessions(harness);
    expect([...stored.keys()]).toEqual([claimsOf(id).sid]);
    expect(stored.has(first ?? '')).toBe(false);
    const other = browser();
    for (const [name, value] of before) other.cookies.set(name, value);
    expect(await isLoggedIn(other)).toBe(false);
  });

  it('for nobody who only heard its id', async () => {
    const { person, login, browser } = await startWithSession();
    const sid = String(claimsOf((await redeem({ browser }, login)).id).sid);
    const cookie = person.cookies.get('session') ?? '';
    expect(cookie.startsWith(`${sid}.`)).toBe(true);
    const wrong = `${sid}.${'A'.repeat(43)}`;
    for (const value of [sid, `${sid}.`, wrong, `${cookie}x`, cookie.slice(0, -1), 'x', '.', '']) {
      const thief = browser();
      thief.cookies.set('session', value);
      expect(await isLoggedIn(thief)).toBe(false);
    }
    expect(await isLoggedIn(person)).toBe(true);
  });
});

async function logInAt(connector: string, person: Browser): Promise<Reply> {
  const asked = request({ scope, prompt: 'login', connector_id: connector });
  if (connector === 'idp') return person.logIn(asked);
  return person.send(locationOf(await person.authorize(asked)), { form: { login: 'jane', password: 'pass' } });
}

describe('a new login of the same person', () => {
  it('goes on with the session under a new secret', async () => {
    const { person, login, browser, clock } = await startWithSession({ sessions: { absolute: 300, idle: 300 } });
    const stolen = browser();
    stolen.cookies.set('session', person.cookies.get('session') ?? '');
    const { sid } = claimsOf((await redeem({ browser }, login)).id);
    clock.advance(299);
    const again = await person.logIn(request({ scope, prompt: 'login' }));
    expect(claimsOf((await redeem({ browser }, again)).id).sid).toBe(sid);
    expect(person.cookies.get('session')?.split('.')[0]).toBe(sid);
    expect(await isLoggedIn(stolen)).toBe(false);
    clock.advance(299);
    expect(await isLoggedIn(person)).toBe(true);
  });
});

describe('the cookie', () => {
  it('stays as long as the session may when the browser is to remember it', async () => {
    const { login } = await startWithSession({ sessions: { remembered: true, absolute: 7200 } });
    expect(sessionCookie(login)?.maxAgeSeconds).toBe(7200);
  });

  it('is gone with the browser when not', async () => {
    const { login } = await startWithSession({ sessions: { remembered: false } });
    expect(sessionCookie(login)).toBeDefined();
    expect(sessionCookie(login)?.maxAgeSeconds).toBeUndefined();
  });

  it('has the name that was configured, and holds nothing but random signs', async () => {
    const { person } = await startWithSession({ sessions: { cookieName: 'dex_session' } });
    expect([...person.cookies.keys()]).toEqual(['dex_session']);
    expect(person.cookies.get('dex_session')).toMatch(/^[\w-]{22}\.[\w-]{43}$/);
  });

  it.each([
    [true, undefined, undefined],
    [true, 'on', 86_400],
    [false, undefined, undefined],
    [false, 'on', 86_400],
  ])('is what the person says on a form: %s, %s', async (remembered, box, maxAge) => {
    const { browser } = await startIssuer({ sessions: { remembered } });
    const person = browser();
    const { url, page } = await passwordForm(person);
    expect(page).toMatchObject({ page: { name: 'password', rememberMe: remembered } });
    const sent = box === undefined ? {} : { remember_me: box };
    const wrong = await person.send(url, { form: { login: 'jane', password: 'no', ...sent } });
    expect(wrong).toMatchObject({ status: 401, page: { rememberMe: box === 'on' } });
    const reply = await person.send(url, { form: { login: 'jane', password: 'pass', ...sent } });
    expect(outcomeOf(reply)).toBe('code');
    expect(sessionCookie(reply)).toBeDefined();
    expect(sessionCookie(reply)?.maxAgeSeconds).toBe(maxAge);
  });

  it('is not offered where there are no sessions', async () => {
    const { browser } = await startIssuer();
    expect((await passwordForm(browser())).page).not.toHaveProperty('page.rememberMe');
  });
});

async function passwordForm(person: Browser): Promise<{ readonly url: string; readonly page: Reply }> {
  const url = locationOf(await person.authorize(request({ scope, connector_id: 'ldap' })));
  return { url, page: await person.send(url) };
}

describe('tokens', () => {
  const offline = { scope: `${scope} offline_access` };

  it('name the session, after a refresh too, and /userinfo does not', async () => {
    const harness = await startWithSession({}, offline);
    const tokens = await redeem(harness, harness.login);
    const { sid } = claimsOf(tokens.id);
    expect(sid).toMatch(/^[\w-]{22}$/);
    expect(claimsOf(tokens.access).sid).toBe(sid);
    const renewed = bodyOf(await refresh(harness, tokens.refresh));
    expect(claimsOf(String(renewed.id_token)).sid).toBe(sid);
    const headers = { authorization: `Bearer ${tokens.access}` };
    expect(bodyOf(await harness.browser().send('/userinfo', { headers }))).not.toHaveProperty('sid');
  });

  it('have no sid where there are no sessions', async () => {
    const harness = await startIssuer();
    const tokens = await redeem(harness, await harness.browser().logIn(request(offline)));
    expect(claimsOf(tokens.id)).not.toHaveProperty('sid');
  });

  it.each([
    ['session', 401, 400, false],
    ['standalone', 200, 200, true],
    [undefined, 200, 200, true],
  ] as const)(
    'of a client with the lifetime %s after the end of the session',
    async (lifetime, info, renewal, active) => {
      const client = { ...app, ...(lifetime === undefined ? {} : { refreshTokenLifetime: lifetime }) };
      const harness = await startWithSession({ clients: [client], sessions: { idle: 120 } }, offline);
      const tokens = await redeem(harness, harness.login);
      const isActive = async (token: string): Promise<unknown> =>
        bodyOf(await harness.browser().send('/token/introspect', { form: { token, ...asApp } })).active;
      harness.clock.advance(119);
      expect(await userinfo(harness, tokens.access)).toBe(200);
      expect(await isActive(tokens.refresh)).toBe(true);
      harness.clock.advance(1);
      expect(await userinfo(harness, tokens.access)).toBe(info);
      expect([await isActive(tokens.access), await isActive(tokens.refresh)]).toEqual([active, active]);
      const asked = harness.upstream.asked.refresh;
      const reply = await refresh(harness, tokens.refresh);
      expect(reply.status).toBe(renewal);
      expect(harness.upstream.asked.refresh - asked).toBe(lifetime === 'session' ? 0 : 1);
      if (lifetime === 'session') expect(bodyOf(reply).error).toBe('invalid_grant');
    },
  );

  it('are not given for a session that ends while the provider is asked, where they end with it', async () => {
    const clients = [{ ...app, refreshTokenLifetime: 'session' as const }];
    const harness = await startWithSession({ clients }, offline);
    const tokens = await redeem(harness, harness.login);
    const { upstream, person } = harness;
    upstream.refreshed = async () => {
      await person.send(`/logout?${new URLSearchParams({ id_token_hint: tokens.id })}`);
      return upstream.identity;
    };
    const reply = await refresh(harness, tokens.refresh);
    expect([reply.status, bodyOf(reply).error]).toEqual([400, 'invalid_grant']);
    expect(await storedSessions(harness)).toEqual(new Map());
  });
});

describe('a client whose tokens end with the session', () => {
  it('has no refresh token of a login without one', async () => {
    const client = { ...app, refreshTokenLifetime: 'session' } as const;
    const harness = await startIssuer({ sessions: {}, clients: [client] });
    const offline = request({ scope: 'openid offline_access' });
    expect((await redeem(harness, await harness.browser().logIn(offline))).refresh).toMatch(/\S{20}/);
    Object.assign(harness.connector('idp'), { knowsAtEveryRequest: true });
    expect((await redeem(harness, await harness.browser().logIn(offline))).refresh).toBe('undefined');
  });
});

describe('discovery', () => {
  it('tells of sessions where there are some', async () => {
    const document = async (sessions?: object) => {
      const { browser } = await startIssuer(sessions === undefined ? {} : { sessions });
      return bodyOf(await browser().send('/.well-known/openid-configuration'));
    };
    const [off, on] = [await document(), await document({})];
    expect(off.claims_supported).not.toContain('sid');
    expect(on.claims_supported).toContain('sid');
    expect(on.prompt_values_supported).toEqual(['none', 'login', 'consent', 'select_account']);
    expect(off.prompt_values_supported).toEqual(['none', 'login', 'consent']);
  });
});
