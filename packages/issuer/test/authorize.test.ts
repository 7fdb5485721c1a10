import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { answerOf, locationOf } from './browser.ts';
import { app, challenge, cli, publicRequest, redirectUri, request, startIssuer, textOf } from './harness.ts';

describe('before the redirect URI is known, an error is a page', () => {
  it.each([
    ['an unknown client', request({ client_id: 'nobody' }), 'unknown_client'],
    ['no client', request({ client_id: undefined }), 'unknown_client'],
    ['an unregistered redirect_uri', request({ redirect_uri: 'https://evil.example/' }), 'unregistered_redirect_uri'],
    ['no redirect_uri', request({ redirect_uri: undefined }), 'unregistered_redirect_uri'],
    ['an unknown connector', request({ connector_id: 'nope' }), 'unknown_connector'],
  ])('%s', async (_name, params, problem) => {
    const { browser } = await startIssuer();
    expect(await browser().authorize(params)).toMatchObject({ kind: 'page', page: { name: 'error', problem } });
  });

  it('a connector_id that nobody has, as in Dex', async () => {
    const { browser } = await startIssuer();
    const reply = await browser().send(`/auth?${new URLSearchParams(request({ connector_id: 'nope' }))}`);
    expect(reply).toMatchObject({ kind: 'page', status: 400, page: { problem: 'unknown_connector' } });
  });

  it('a parameter that is there twice', async () => {
    const { browser } = await startIssuer();
    const query = `${new URLSearchParams(request())}&client_id=app`;
    expect(await browser().send(`/auth/idp?${query}`)).toMatchObject({ kind: 'page', status: 400 });
  });

  it.each(['client_id', 'redirect_uri', 'connector_id'])('%s of any length does not fill the log', async (name) => {
    const { browser, log } = await startIssuer();
    const params = request({ [name]: 'https://evil.example/'.repeat(3000) });
    expect(await browser().send(`/auth?${new URLSearchParams(params)}`)).toMatchObject({ kind: 'page', status: 400 });
    expect(JSON.stringify(log.lines)).toContain('evil.example');
    expect(JSON.stringify(log.lines).length).toBeLessThan(3000);
  });
});

describe('after that, an error goes to the client with state and iss', () => {
  it.each([
    [{ response_type: undefined }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'code id_token' }, 'unsupported_response_type'],
    [{ response_mode: 'fragment' }, 'invalid_request'],
    [{ scope: 'email' }, 'invalid_scope'],
    [{ scope: undefined }, 'invalid_scope'],
    [{ scope: 'openid admin' }, 'invalid_scope'],
    [{ scope: 'openid audience:server:client_id:nobody' }, 'invalid_scope'],
    [{ request: 'eyJ' }, 'request_not_supported'],
    [{ request_uri: 'https://a.example' }, 'request_uri_not_supported'],
    [{ code_challenge: challenge, code_challenge_method: 'S512' }, 'invalid_request'],
    [{ code_challenge: challenge, code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge: challenge }, 'invalid_request'],
    [{ code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request'],
    [{ code_challenge_method: 'S256' }, 'invalid_request'],
    [{ prompt: 'none' }, 'login_required'],
    [{ prompt: 'none', connector_id: undefined }, 'login_required'],
    [{ prompt: 'none', connector_id: undefined, scope: 'email' }, 'invalid_scope'],
    [{ scope: 'openid\u00a0email' }, 'invalid_scope'],
    [{ response_type: 'code code' }, 'unsupported_response_type'],
    [{ scope: 'openid audience:server:client_id:' }, 'invalid_scope'],
    [{ prompt: 'none login' }, 'invalid_request'],
    [{ prompt: 'dance' }, 'invalid_request'],
    [{ max_age: '-1' }, 'invalid_request'],
    [{ max_age: '1h' }, 'invalid_request'],
    [{ id_token_hint: 'x.y.z' }, 'invalid_request'],
    [{ state: 's'.repeat(8000) }, 'invalid_request'],
  ])('%j is %s', async (overrides, error) => {
    const { browser } = await startIssuer();
    const params = request(overrides);
    const answer = answerOf(await browser().authorize(params));
    expect(answer.get('error')).toBe(error);
    expect(answer.get('error_description')).not.toBe('');
    expect(answer.get('state')).toBe(params.state);
    expect(answer.get('iss')).toBe('https://login.example.com/dex');
    expect(answer.get('tenant')).toBe('a');
  });

  it.each(['prompt=login&prompt=none', 'connector_id=idp&connector_id=ldap', 'scope=openid&scope=openid'])(
    '%s: a parameter that is there twice is invalid_request',
    async (twice) => {
      const { browser } = await startIssuer();
      const names = new Set(twice.split('&').map((pair) => pair.split('=')[0]));
      const others = new URLSearchParams(Object.entries(request()).filter(([name]) => !names.has(name)));
      others.delete('connector_id');
      for (const path of ['/auth', '/auth/idp']) {
        expect(answerOf(await browser().send(`${path}?${others}&${twice}`)).get('error')).toBe('invalid_request');
      }
    },
  );

  it('prompt=none never ends on a page, which nobody would see, even when there is no connector', async () => {
    const { browser } = await startIssuer({ clients: [{ ...app, allowedConnectors: [] }] });
    const rest = request({ connector_id: undefined, prompt: 'none' });
    expect(answerOf(await browser().authorize(rest)).get('error')).toBe('login_required');
    const gone = `/auth?${new URLSearchParams({ ...rest, connector_id: 'gone' })}`;
    expect(answerOf(await browser().send(gone)).get('error')).toBe('login_required');
  });

  it('its description has the signs of RFC 6749 only, and an end, whatever was sent', async () => {
    const { browser, log } = await startIssuer();
    const reply = await browser().authorize(request({ response_type: `x"\\\n\u0416${'y'.repeat(60_000)}` }));
    expect(answerOf(reply).get('error_description')).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,300}$/);
    expect(JSON.stringify(log.lines).length).toBeLessThan(3000);
    const toProgram = textOf(await browser().token({ grant_type: 'x"\n<' }), 'error_description');
    expect(toProgram).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  it('PKCE is required of public clients, and of all when the operator says so', async () => {
    const open = await startIssuer();
    const bare = publicRequest({ code_challenge: undefined, code_challenge_method: undefined });
    expect(answerOf(await open.browser().authorize(bare)).get('error')).toBe('invalid_request');
    const strict = await startIssuer({ protocol: { requirePkce: true } });
    expect(answerOf(await strict.browser().authorize(request())).get('error')).toBe('invalid_request');
  });

  it('a person who declines at the provider is access_denied', async () => {
    const { browser, upstream } = await startIssuer();
    const { OstiaryError } = await import('@ostiary/primitives');
    Object.defineProperty(upstream, 'identity', {
      get() {
        throw new OstiaryError('login/denied', 'You declined.');
      },
    });
    expect(answerOf(await browser().logIn(request())).get('error')).toBe('access_denied');
  });
});

it('response_mode=query is what happens anyway, so it may be asked for', async () => {
  const { browser } = await startIssuer();
  expect(answerOf(await browser().logIn(request({ response_mode: 'query' }))).get('code')).not.toBeNull();
});

describe('choice of connector', () => {
  it('is shown by name when there are several, with the request in each link', async () => {
    const { browser } = await startIssuer();
    const reply = await browser().authorize(request({ connector_id: undefined }));
    expect(reply).toMatchObject({
      kind: 'page',
      page: { name: 'choose-connector', clientName: 'The App', connectors: [{ id: 'idp' }, { id: 'ldap' }] },
    });
    if (reply.kind !== 'page' || reply.page.name !== 'choose-connector') throw new Error('no page');
    const next = await browser().send(reply.page.connectors[0]?.url ?? '');
    expect(locationOf(next)).toMatch(/^https:\/\/idp\.example\.com/);
  });

  it('is skipped with one connector, unless the operator wants it shown', async () => {
    const one = { ...app, allowedConnectors: ['idp'] };
    const { browser } = await startIssuer({ clients: [one] });
    const params = request({ connector_id: undefined });
    expect(locationOf(await browser().authorize(params))).toMatch(/^\/dex\/auth\/idp\?/);
    const shown = await startIssuer({ clients: [one], protocol: { alwaysShowLogin: true } });
    expect(await shown.browser().authorize(params)).toMatchObject({ page: { name: 'choose-connector' } });
  });

  it('follows connector_id and drops it from the link', async () => {
    const { browser } = await startIssuer();
    const { connector_id: _, ...rest } = request();
    const reply = await browser().send(`/auth?${new URLSearchParams({ ...rest, connector_id: 'ldap' })}`);
    expect(locationOf(reply)).toMatch(/^\/dex\/auth\/ldap\?/);
    expect(locationOf(reply)).not.toContain('connector_id');
  });

  it('does not go on with the connector of the path when connector_id names another', async () => {
    const { browser } = await startIssuer();
    const { connector_id: _, ...rest } = request();
    const go = (connector: string) =>
      browser().send(`/auth/idp?${new URLSearchParams({ ...rest, connector_id: connector })}`);
    expect(await go('ldap')).toMatchObject({ kind: 'page', status: 400, page: { problem: 'bad_request' } });
    expect(locationOf(await go('idp'))).toMatch(/^https:\/\/idp\.example\.com/);
  });

  it('reads scopes that stand on lines of their own, as texts in YAML do', async () => {
    const { browser } = await startIssuer();
    const reply = await browser().authorize(request({ scope: 'openid\n\temail\r\n' }));
    expect(locationOf(reply)).toMatch(/^https:\/\/idp\.example\.com/);
  });

  it('takes along what the issuer reads, and no other field: not a secret, not a thousand of them', async () => {
    const read = {
      ...{
        client_id: 'app',
        redirect_uri: redirectUri,
        response_type: 'code',
        response_mode: 'query',
        scope: 'openid',
      },
      ...{ state: 's', nonce: 'n', code_challenge: challenge, code_challenge_method: 'S256', prompt: 'login' },
      ...{
        approval_prompt: 'auto',
        max_age: '1',
        login_hint: 'jane',
        id_token_hint: 'h',
        request: 'r',
        request_uri: 'u',
        expected_subject: 'e',
      },
    };
    const form = { ...read, connector_id: 'idp', client_secret: 'app-secret', a: '1' };
    const { browser } = await startIssuer();
    expect(Object.fromEntries(answerOf(await browser().send('/auth', { form })))).toEqual(read);
    const reply = await browser().send('/auth', { form: { ...request({ connector_id: undefined }), a: '1' } });
    if (reply.kind !== 'page' || reply.page.name !== 'choose-connector') throw new Error('no page');
    expect(reply.page.connectors.map(({ url }) => url.includes('a=1'))).toEqual([false, false]);
  });

  it('refuses a connector that the client or its own grant types exclude', async () => {
    const { browser } = await startIssuer({ clients: [{ ...app, allowedConnectors: ['ldap'] }] });
    const reply = await browser().authorize(request());
    expect(reply).toMatchObject({ kind: 'page', status: 403, page: { problem: 'connector_not_allowed' } });
    const narrow = await startIssuer({ entries: [{ grantTypes: ['refresh_token'] }] });
    expect(await narrow.browser().authorize(request())).toMatchObject({ status: 403 });
  });
});

describe('consent', () => {
  const consent = { protocol: { skipApproval: false } };

  it('names who is logged in and what the client asks for, and issues a code once', async () => {
    const { browser } = await startIssuer(consent);
    const person = browser();
    const location = locationOf(await person.logIn(request()));
    const page = await person.send(location);
    expect(page).toMatchObject({
      status: 200,
      page: { clientName: 'The App', userName: 'Jane Doe', items: ['offline_access', 'profile', 'email', 'groups'] },
    });
    const req = new URL(location, 'https://x.example').searchParams.get('req') ?? '';
    const both = await Promise.all([
      person.send('/approval', { form: { req, approval: 'approve' } }),
      person.send('/approval', { form: { req, approval: 'approve' } }),
    ]);
    expect(both.filter((reply) => reply.kind === 'redirect')).toHaveLength(1);
    expect(both.filter((reply) => reply.kind === 'page' && reply.status === 400)).toHaveLength(1);
  });

  it.each(['the form', 'the address of the page', 'both'])('is taken for the login that %s names', async (where) => {
    const { browser } = await startIssuer(consent);
    const person = browser();
    const page = locationOf(await person.logIn(request()));
    const req = new URL(page, 'https://x.example').searchParams.get('req') ?? '';
    const form = { approval: 'approve', ...(where === 'the address of the page' ? {} : { req }) };
    const reply = await person.send(where === 'the form' ? '/approval' : page, { form });
    expect(answerOf(reply).get('code')).toBeTruthy();
  });

  it('is not taken from a link: the word must be in the form', async () => {
    const { browser } = await startIssuer(consent);
    const person = browser();
    const page = locationOf(await person.logIn(request()));
    const reply = await person.send(`${page}&approval=approve`, { form: {} });
    expect(answerOf(reply).get('error')).toBe('access_denied');
  });

  it('that is refused is access_denied, and cannot be given afterwards', async () => {
    const { browser } = await startIssuer(consent);
    const person = browser();
    const req = new URL(locationOf(await person.logIn(request())), 'https://x.example').searchParams.get('req') ?? '';
    const reply = await person.send('/approval', { form: { req, approval: 'rejected' } });
    expect(answerOf(reply).get('error')).toBe('access_denied');
    expect(await person.send('/approval', { form: { req, approval: 'approve' } })).toMatchObject({ status: 400 });
  });

  it.each([{ prompt: 'consent' }, { approval_prompt: 'force' }])(
    'is asked for with %j although it is skipped',
    async (more) => {
      const { browser } = await startIssuer();
      expect(locationOf(await browser().logIn(request(more)))).toMatch(/^\/dex\/approval\?req=/);
    },
  );
});

describe('password form', () => {
  const login = { login: 'jane', password: 'pass' };

  it('logs in, and keeps the name after a wrong password', async () => {
    const { browser } = await startIssuer();
    const person = browser();
    const location = locationOf(await person.authorize(request({ connector_id: 'ldap' })));
    expect(location).toMatch(/^\/dex\/auth\/ldap\/login\?state=/);
    expect(await person.send(location)).toMatchObject({ status: 200, page: { name: 'password', prompt: 'Username' } });
    const wrong = await person.send(location, { form: { ...login, password: 'no' } });
    expect(wrong).toMatchObject({ status: 401, page: { username: 'jane', invalid: true } });
    expect(answerOf(await person.send(location, { form: login })).has('code')).toBe(true);
  });

  it.each(['', '\0', '\0pass', 'pass\0'])(
    'does not even ask the connector with a password that is empty or holds a NUL: %j',
    async (password) => {
      const { browser, upstream } = await startIssuer();
      const person = browser();
      const location = locationOf(await person.authorize(request({ connector_id: 'ldap' })));
      expect(await person.send(location, { form: { login: 'jane', password } })).toMatchObject({ status: 401 });
      expect(upstream.asked.finish).toBe(0);
    },
  );

  it('says when to try again while the connector cannot be asked', async () => {
    const check = () => Promise.reject(new OstiaryError('upstream/unavailable', 'The directory is away.'));
    const connector = { via: 'password', login: { prompt: 'Username', check } } as const;
    const { browser } = await startIssuer({ entries: [{}, { connector }] });
    const person = browser();
    const location = locationOf(await person.authorize(request({ connector_id: 'ldap' })));
    const reply = await person.send(location, { form: login });
    expect(reply).toMatchObject({ kind: 'page', status: 503, headers: { 'retry-after': '5' } });
  });

  it('refuses a form that another browser sends', async () => {
    const { browser, upstream } = await startIssuer();
    const location = locationOf(await browser().authorize(request({ connector_id: 'ldap' })));
    expect(await browser().send(location, { form: login })).toMatchObject({ status: 400 });
    expect(upstream.asked.finish).toBe(0);
  });
});

describe('out-of-band redirect', () => {
  const outOfBand = 'urn:ietf:wg:oauth:2.0:oob';

  it('shows the code on a page to a public client', async () => {
    const { browser } = await startIssuer({ clients: [cli] });
    const reply = await browser().logIn(publicRequest({ redirect_uri: outOfBand }));
    expect(reply).toMatchObject({ kind: 'page', page: { name: 'code' } });
  });

  it('shows on a page, too, that the person declined, ends the login and lets them begin again', async () => {
    const { browser } = await startIssuer({ clients: [cli], protocol: { skipApproval: false } });
    const person = browser();
    const consent = locationOf(await person.logIn(publicRequest({ redirect_uri: outOfBand })));
    const req = new URL(consent, 'https://login.example.com').searchParams.get('req') ?? '';
    const reply = await person.send('/approval', { form: { req, approval: 'reject' } });
    expect(reply).toMatchObject({ kind: 'page', page: { name: 'error', problem: 'approval_rejected' } });
    expect(reply).toHaveProperty('page.retryUrl', expect.stringContaining('/dex/auth'));
    expect([...person.cookies.keys()]).toEqual([]);
  });

  it('shows on a page, too, what is wrong with the request', async () => {
    const { browser } = await startIssuer({ clients: [cli] });
    const reply = await browser().authorize(publicRequest({ redirect_uri: outOfBand, scope: 'openid nonsense' }));
    expect(reply).toMatchObject({
      kind: 'page',
      status: 400,
      page: { name: 'error', problem: 'bad_request', message: expect.stringContaining('nonsense') },
    });
  });
});
