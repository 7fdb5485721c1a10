import { describe, expect, it } from 'vitest';
import type { ConnectorEntry } from '../src/index.ts';
import { answerOf, type Browser, locationOf } from './browser.ts';
import { jane, request, startIssuer } from './harness.ts';

const consent = { protocol: { skipApproval: false } };

describe('a login belongs to the browser that began it', () => {
  it('refuses the callback in another browser (login CSRF)', async () => {
    const { browser, upstream } = await startIssuer();
    const attacker = browser();
    const state = new URL(locationOf(await attacker.authorize(request()))).searchParams.get('state') ?? '';
    const victim = browser();
    const reply = await victim.send(`/callback/idp?${new URLSearchParams({ state, code: 'c' })}`);
    expect(reply).toMatchObject({ kind: 'page', status: 400, page: { problem: 'login_expired' } });
    expect(upstream.asked.finish).toBe(0);
  });

  it('refuses the callback with the cookie of another login of the same browser', async () => {
    const { browser } = await startIssuer();
    const person = browser();
    const first = new URL(locationOf(await person.authorize(request()))).searchParams.get('state') ?? '';
    const second = new URL(locationOf(await person.authorize(request()))).searchParams.get('state') ?? '';
    const cookie = person.cookies.get(`login-${second}`) ?? '';
    person.cookies.set(`login-${first}`, cookie);
    const reply = await person.send(`/callback/idp?${new URLSearchParams({ state: first, code: 'c' })}`);
    expect(reply).toMatchObject({ status: 400, page: { problem: 'login_expired' } });
  });

  it('refuses consent from another browser, which gets no code (CVE-2022-39222)', async () => {
    const { browser } = await startIssuer(consent);
    const person = browser();
    const location = locationOf(await person.logIn(request()));
    const req = new URL(location, 'https://x.example').searchParams.get('req') ?? '';
    const other = browser();
    expect(await other.send(location)).toMatchObject({ status: 400, page: { problem: 'login_expired' } });
    const stolen = await other.send('/approval', { form: { req, approval: 'approve' } });
    expect(stolen).toMatchObject({ status: 400, page: { problem: 'login_expired' } });
  });

  it('refuses consent before anybody has logged in', async () => {
    const { browser } = await startIssuer(consent);
    const person = browser();
    const req = new URL(locationOf(await person.authorize(request()))).searchParams.get('state') ?? '';
    const reply = await person.send('/approval', { form: { req, approval: 'approve' } });
    expect(reply).toMatchObject({ status: 400, page: { problem: 'login_expired' } });
  });

  it('answers a callback once', async () => {
    const { browser } = await startIssuer();
    const person = browser();
    const state = new URL(locationOf(await person.authorize(request()))).searchParams.get('state') ?? '';
    const callback = `/callback/idp?${new URLSearchParams({ state, code: 'c' })}`;
    expect(answerOf(await person.send(callback)).has('code')).toBe(true);
    expect(await person.send(callback)).toMatchObject({ status: 400, page: { problem: 'login_expired' } });
  });

  it('ends after its time', async () => {
    const { browser, clock } = await startIssuer();
    const person = browser();
    const state = new URL(locationOf(await person.authorize(request()))).searchParams.get('state') ?? '';
    clock.advance(601);
    const reply = await person.send(`/callback/idp?${new URLSearchParams({ state, code: 'c' })}`);
    expect(reply).toMatchObject({ status: 400, page: { problem: 'login_expired' } });
  });

  it('goes on in another process, and after a restart', async () => {
    const { browser, replica } = await startIssuer();
    const person = browser();
    const state = new URL(locationOf(await person.authorize(request()))).searchParams.get('state') ?? '';
    const { Browser } = await import('./browser.ts');
    const there = new Browser(await replica());
    for (const [name, value] of person.cookies) there.cookies.set(name, value);
    const reply = await there.send(`/callback/idp?${new URLSearchParams({ state, code: 'c' })}`);
    expect(answerOf(reply).has('code')).toBe(true);
  });

  it('keeps tabs apart, and ends the oldest when a browser has too many', async () => {
    const { browser, clock } = await startIssuer();
    const person = browser();
    const states: string[] = [];
    for (let tab = 0; tab < 12; tab += 1) {
      const reply = await person.authorize(request({ state: `tab-${tab}-${'x'.repeat(300)}` }));
      states.push(new URL(locationOf(reply)).searchParams.get('state') ?? '');
      clock.advance(1);
    }
    const bytes = [...person.cookies.values()].join('').length;
    expect(bytes).toBeLessThan(8000);
    const finish = (state: string | undefined) =>
      person.send(`/callback/idp?${new URLSearchParams({ state: state ?? '', code: 'c' })}`);
    expect(await finish(states[0])).toMatchObject({ page: { problem: 'login_expired' } });
    expect(answerOf(await finish(states[10])).get('state')).toMatch(/^tab-10-/);
    expect(answerOf(await finish(states[11])).get('state')).toMatch(/^tab-11-/);
  });
});

describe('a provider is answered only at its own callback (mix-up)', () => {
  it('refuses the answer of one connector at the callback of another', async () => {
    const { browser, upstream } = await startIssuer();
    for (const path of ['/callback/ldap', '/callback']) {
      const person = browser();
      const state = new URL(locationOf(await person.authorize(request()))).searchParams.get('state') ?? '';
      const reply = await person.send(`${path}?${new URLSearchParams({ state, code: 'c' })}`);
      expect(reply).toMatchObject({ kind: 'page', status: 502 });
    }
    expect(upstream.asked.finish).toBe(0);
  });

  it('takes the shared callback where it is the registered one', async () => {
    const shared = { callbackUrl: 'https://login.example.com/dex/callback' };
    const { browser } = await startIssuer({ entries: [shared] });
    const person = browser();
    const step = new URL(locationOf(await person.authorize(request())));
    expect(step.searchParams.get('redirect_uri')).toBe(shared.callbackUrl);
    const state = step.searchParams.get('state') ?? '';
    const reply = await person.send(`/callback?${new URLSearchParams({ state, code: 'c' })}`);
    expect(answerOf(reply).has('code')).toBe(true);
  });
});

describe('an answer that is posted from another site', () => {
  it('is posted again from our own page, where the cookie is sent', async () => {
    const { browser } = await startIssuer();
    const person = browser();
    const state = new URL(locationOf(await person.authorize(request()))).searchParams.get('state') ?? '';
    const form = { state, code: 'c' };
    const bounced = await browser().send('/callback/idp', { form });
    expect(bounced).toMatchObject({ kind: 'page', page: { name: 'submit-form', action: '/dex/callback/idp' } });
    if (bounced.kind !== 'page' || bounced.page.name !== 'submit-form') throw new Error('no form');
    const { action, fields } = bounced.page;
    expect(answerOf(await person.send(action, { form: fields })).has('code')).toBe(true);
    const elsewhere = await browser().send(action, { form: fields });
    expect(elsewhere).toMatchObject({ status: 400, page: { problem: 'login_expired' } });
  });

  it('is taken only so, where the connector says it', async () => {
    const posted: ConnectorEntry['connector'] = {
      via: 'redirect',
      login: {
        answeredBy: 'post',
        begin: async ({ state }) => ({ kind: 'redirect', url: `https://idp.example.com/?state=${state}`, keep: null }),
        finish: async () => jane,
      },
    };
    const { browser } = await startIssuer({ entries: [{ connector: posted }] });
    const begin = async (person: Browser) =>
      new URL(locationOf(await person.authorize(request()))).searchParams.get('state') ?? '';
    const asked = browser();
    const inQuery = await asked.send(`/callback/idp?${new URLSearchParams({ state: await begin(asked) })}`);
    expect(inQuery).toMatchObject({ kind: 'page', status: 502 });
    const posting = browser();
    const inForm = await posting.send('/callback/idp', { form: { state: await begin(posting) } });
    expect(answerOf(inForm).has('code')).toBe(true);
  });

  it('is posted again without what no provider answers', async () => {
    const { browser } = await startIssuer();
    const answer = {
      ...{ state: 's', code: 'c', iss: 'i', error: 'e', error_description: 'd', error_uri: 'u', user: 'a' },
      ...{ id_token: 't', session_state: 'ss', RelayState: 'r', SAMLResponse: 'x' },
    };
    const reply = await browser().send('/callback/idp', { form: { ...answer, a: '1', b: '2' } });
    expect(reply).toMatchObject({ kind: 'page', page: { name: 'submit-form' } });
    if (reply.kind !== 'page' || reply.page.name !== 'submit-form') throw new Error('no form');
    expect(reply.page.fields).toEqual({ ...answer, ostiary_bounced: '1' });
  });

  it.each(['/callback', '/callback/nope', '/callback/ldap'])(
    'is not posted again at %s, where none is expected',
    async (path) => {
      const { browser } = await startIssuer();
      const reply = await browser().send(path, { form: { state: 's', code: 'c' } });
      expect(reply).toMatchObject({ status: 400, page: { name: 'error', problem: 'login_expired' } });
    },
  );

  it.each([
    ['a SAML response that is Base64', { SAMLResponse: 'aZ09+/=\r\n'.repeat(90_000) }, 200],
    ['a SAML response that is not', { SAMLResponse: '"' }, 400],
    ['an error of a page', { error_description: '"'.repeat(16_384) }, 200],
    ['an error of a book', { error_description: '"'.repeat(16_385) }, 400],
  ])('is posted again or not: %s', async (_what, answer, status) => {
    const { browser } = await startIssuer();
    expect(await browser().send('/callback/idp', { form: { state: 's', ...answer } })).toMatchObject({ status });
  });

  it('is the one form that may be large', async () => {
    const { issuer } = await startIssuer();
    const large = issuer.endpoints.filter(({ largestForm }) => largestForm !== undefined);
    expect(new Set(large.map(({ name }) => name))).toEqual(new Set(['callback']));
  });
});

describe('an anonymous visitor', () => {
  it('writes nothing to the storage, however many logins are begun', async () => {
    let writes = 0;
    const { browser } = await startIssuer({
      storage: (driver) => ({
        ...driver,
        put: (key, value, options) => {
          writes += 1;
          return driver.put(key, value, options);
        },
        [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
      }),
    });
    const atStart = writes;
    for (let visit = 0; visit < 100; visit += 1) {
      const person = browser();
      await person.authorize(request());
      await person.authorize(request({ connector_id: 'ldap' }));
      await person.authorize(request({ connector_id: undefined }));
      await person.send('/callback/idp?state=made-up&code=c');
    }
    expect(writes).toBe(atStart);
  });
});
