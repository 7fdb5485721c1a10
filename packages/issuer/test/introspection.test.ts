/** What `/token/introspect` says of tokens, to whom (RFC 7662). */
import { OstiaryError, Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import type { Client, Reply } from '../src/index.ts';
import { answerOf, Browser } from './browser.ts';
import {
  app,
  bodyOf,
  claimsOf,
  cli,
  type Harness,
  type HarnessOptions,
  issuerId,
  publicRequest,
  startIssuer,
  textOf,
  verifier,
} from './harness.ts';
import { asApp, logIn, refresh, tokensOf } from './tokens.ts';

const api: Client = { ...app, id: 'api', name: 'The API', secrets: [new Secret('api-secret')], trustedPeers: ['app'] };
const stranger: Client = { ...app, id: 'stranger', secrets: [new Secret('stranger-secret')] };
const asApi = { client_id: 'api', client_secret: 'api-secret' };
const asStranger = { client_id: 'stranger', client_secret: 'stranger-secret' };

const start = (more: HarnessOptions = {}): Promise<Harness> =>
  startIssuer({ clients: [app, api, stranger, cli], ...more });

const introspect = (
  { browser }: Pick<Harness, 'browser'>,
  token: string,
  more: Record<string, string> = asApp,
): Promise<Reply> => browser().send('/token/introspect', { form: { token, ...more } });

/** What is known of jane, by all scopes that the tests ask for. */
const person = {
  email: 'jane@example.com',
  email_verified: true,
  groups: ['dev', 'ops'],
  name: 'Jane Doe',
  preferred_username: 'jane',
};

const inactive = { active: false };

describe('an access token', () => {
  it('is told with its scope and its id, and what it says of the person', async () => {
    const harness = await start();
    const { access } = await logIn(harness);
    const { jti, iat, exp } = claimsOf(access);
    const reply = await introspect(harness, access);
    expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(bodyOf(reply)).toEqual({
      ...{ active: true, client_id: 'app', sub: 'CgN1LTESA2lkcA', exp, iat, nbf: iat, username: 'jane', aud: 'app' },
      ...{ iss: issuerId, scope: 'openid profile email groups offline_access', jti },
      ...{ token_type: 'Bearer', token_use: 'access_token', ext: person },
    });
  });

  it('is told to those that it names in its audience, and to nobody else', async () => {
    const harness = await start();
    const { access } = await logIn(harness, { scope: 'openid audience:server:client_id:api' });
    for (const as of [asApp, asApi]) {
      const told = bodyOf(await introspect(harness, access, as));
      expect(told).toMatchObject({ active: true, client_id: 'app', aud: ['api', 'app'], ext: { azp: 'app' } });
      expect(told).not.toHaveProperty('username');
    }
    expect(bodyOf(await introspect(harness, access, asStranger))).toEqual(inactive);
  });

  it('of a public client is told to the audience alone', async () => {
    const harness = await start({ clients: [{ ...api, trustedPeers: ['cli'] }, stranger, cli] });
    const scope = 'openid audience:server:client_id:api';
    const code = answerOf(await harness.browser().logIn(publicRequest({ scope }))).get('code') ?? '';
    const form = { code, client_id: 'cli', redirect_uri: 'http://127.0.0.1:18000/', code_verifier: verifier };
    const access = textOf(await harness.browser().token({ grant_type: 'authorization_code', ...form }), 'access_token');
    expect(bodyOf(await introspect(harness, access, asApi))).toMatchObject({ active: true, client_id: 'cli' });
    expect(bodyOf(await introspect(harness, access, asStranger))).toEqual(inactive);
  });

  it('is not active from the second in which it ends', async () => {
    const harness = await start();
    const { access } = await logIn(harness);
    harness.clock.advance(3599);
    expect(bodyOf(await introspect(harness, access)).active).toBe(true);
    harness.clock.advance(1);
    expect(bodyOf(await introspect(harness, access))).toEqual(inactive);
  });

  it('is not active when its login was revoked', async () => {
    const harness = await start();
    const { access, refresh: first } = await logIn(harness);
    const second = tokensOf(await refresh(harness, first));
    harness.clock.advance(31);
    expect(await refresh(harness, first)).toMatchObject({ status: 400 });
    for (const token of [access, second.access]) expect(bodyOf(await introspect(harness, token))).toEqual(inactive);
  });
});

it('what is no token of ours for such a use is not active, and no reason is told', async () => {
  const harness = await start();
  const { access, id, refresh: token } = await logIn(harness);
  const [header, , signature] = access.split('.');
  const forged = Buffer.from(JSON.stringify({ ...claimsOf(access), sub: 'other' })).toString('base64url');
  const madeUp = `${token.slice(0, token.lastIndexOf('.'))}.${'a'.repeat(43)}`;
  for (const text of ['x', id, `${header}.${forged}.${signature}`, madeUp, `ort.${'a'.repeat(22)}.${'a'.repeat(43)}`]) {
    const reply = await introspect(harness, text);
    expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(bodyOf(reply)).toEqual(inactive);
  }
  expect(bodyOf(await introspect(harness, token)).active, 'the made-up one has ended nothing').toBe(true);
});

describe('a refresh token', () => {
  const limits = { rotate: true, reuseInterval: 30 };

  it('is told with the end of its login, to its client alone, and is no bearer token', async () => {
    const harness = await start();
    const { refresh: token } = await logIn(harness, { scope: 'openid email profile offline_access' });
    const { groups: _notAsked, ...asked } = person;
    const begun = harness.clock.now().getTime() / 1000;
    const reply = await introspect(harness, token);
    expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(bodyOf(reply)).toEqual({
      ...{ active: true, client_id: 'app', sub: 'CgN1LTESA2lkcA', exp: begun + 86_400, iat: begun, nbf: begun },
      ...{ username: 'jane', aud: 'app', iss: issuerId, scope: 'openid email profile offline_access' },
      ...{ token_use: 'refresh_token', ext: asked },
    });
    expect(bodyOf(await introspect(harness, token, asApi))).toEqual(inactive);
  });

  it('has no end when its login has none', async () => {
    const harness = await start({ lifetimes: { refreshToken: limits } });
    const told = bodyOf(await introspect(harness, (await logIn(harness)).refresh));
    expect(told.active).toBe(true);
    expect(told).not.toHaveProperty('exp');
  });

  it.each(['access_token', 'refresh_token', 'pixie_dust'])('is found whatever the hint says: %s', async (hint) => {
    const harness = await start();
    const { access, refresh: token } = await logIn(harness);
    for (const text of [access, token]) {
      expect(bodyOf(await introspect(harness, text, { ...asApp, token_type_hint: hint })).active).toBe(true);
    }
  });

  it('that has a successor is active as long as a retry would be answered, and says until when', async () => {
    const harness = await start({ lifetimes: { refreshToken: limits } });
    const { refresh: first } = await logIn(harness);
    const rotated = harness.clock.now().getTime() / 1000;
    const second = tokensOf(await refresh(harness, first)).refresh;
    harness.clock.advance(30);
    expect(bodyOf(await introspect(harness, first))).toMatchObject({ active: true, exp: rotated + 31 });
    harness.clock.advance(1);
    expect(bodyOf(await introspect(harness, first))).toEqual(inactive);
    // To ask about an old token is not to use it: the login goes on.
    expect(bodyOf(await introspect(harness, second)).active).toBe(true);
    expect(await refresh(harness, second)).toMatchObject({ status: 200 });
  });

  it('ends by the limits of today, and asking does not make it live longer', async () => {
    const harness = await start();
    const { refresh: token } = await logIn(harness);
    const strict = await harness.replica({ lifetimes: { refreshToken: { ...limits, idle: 100 } } });
    harness.clock.advance(99);
    const at = { browser: () => new Browser(strict) };
    expect(bodyOf(await introspect(at, token)).active).toBe(true);
    harness.clock.advance(1);
    expect(bodyOf(await introspect(at, token))).toEqual(inactive);
    expect(bodyOf(await introspect(harness, token)).active, 'nothing was removed').toBe(true);
  });

  it('is looked at without asking the provider, and without a write', async () => {
    let writes = 0;
    const harness = await start({
      storage: (driver) => ({
        ...driver,
        put: (...put) => {
          writes += 1;
          return driver.put(...put);
        },
        take: (key) => {
          writes += 1;
          return driver.take(key);
        },
        [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
      }),
    });
    const { access, refresh: token } = await logIn(harness);
    harness.clock.advance(31);
    writes = 0;
    for (const text of [access, token]) await introspect(harness, text);
    expect({ writes, asked: harness.upstream.asked.refresh }).toEqual({ writes: 0, asked: 0 });
  });

  it('of a provider that cannot be asked ends when the login has to be made anew', async () => {
    const harness = await start({ refresh: () => ({ kind: 'reuse', maxAgeSeconds: 600 }) });
    const begun = harness.clock.now().getTime() / 1000;
    const { refresh: token } = await logIn(harness);
    harness.clock.advance(599);
    expect(bodyOf(await introspect(harness, token))).toMatchObject({ active: true, exp: begun + 600 });
    harness.clock.advance(1);
    expect(bodyOf(await introspect(harness, token))).toEqual(inactive);
  });
});

describe('a request', () => {
  it.each([
    ['of nobody', {}],
    ['of a client that nobody knows', { client_id: 'nobody', client_secret: 'x' }],
    ['with a wrong secret', { ...asApp, client_secret: 'x' }],
    ['of a public client', { client_id: 'cli' }],
  ])('%s is refused, before the token is looked at', async (_who, credentials) => {
    const harness = await start();
    const { access } = await logIn(harness);
    for (const token of [access, 'x']) {
      const reply = await introspect(harness, token, credentials);
      expect(reply).toMatchObject({ status: 401, headers: { 'cache-control': 'no-store' } });
      expect(reply.headers?.['www-authenticate']).toContain('Basic');
      expect(bodyOf(reply).error).toBe('invalid_client');
    }
  });

  it('of a public client is refused also when it has a secret, which everybody with the program has', async () => {
    const harness = await start({ clients: [{ ...app, public: true }] });
    expect(await introspect(harness, 'x')).toMatchObject({ status: 401 });
  });

  it.each([
    ['without a token', asApp],
    ['with an empty token', { ...asApp, token: '' }],
  ])('%s is told what is missing', async (_what, form) => {
    const reply = await (await start()).browser().send('/token/introspect', { form });
    expect(reply).toMatchObject({ status: 400 });
    expect(bodyOf(reply)).toEqual({ error: 'invalid_request', error_description: 'Required param: token.' });
  });

  it('with a token in the query, or twice, is refused', async () => {
    const harness = await start();
    const { access: token } = await logIn(harness);
    const query = await harness.browser().send(`/token/introspect?token=${token}`, { form: asApp });
    const twice = new URLSearchParams([...Object.entries(asApp), ['token', token], ['token', token]]);
    const none = await harness.browser().send('/token/introspect', { method: 'POST' });
    for (const reply of [query, none, await harness.browser().send('/token/introspect', { form: twice })]) {
      expect(bodyOf(reply).error).toBe('invalid_request');
    }
  });

  it('that the storage cannot answer is told to come again, and learns nothing', async () => {
    let away = false;
    const harness = await start({
      storage: (driver) => ({
        ...driver,
        get: async (key) => {
          if (away) throw new OstiaryError('storage/unavailable', 'The storage does not answer.');
          return driver.get(key);
        },
        [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
      }),
    });
    const { access, refresh: token } = await logIn(harness);
    away = true;
    for (const text of [access, token]) {
      const reply = await introspect(harness, text);
      expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '5', 'cache-control': 'no-store' } });
      expect(bodyOf(reply)).not.toHaveProperty('active');
    }
  });

  it('leaves no line in the log, good or not', async () => {
    const harness = await start();
    const { access, id } = await logIn(harness);
    const before = harness.log.lines.length;
    for (const text of [access, id, 'x']) await introspect(harness, text);
    expect(harness.log.lines.slice(before)).toEqual([]);
  });
});

it('discovery names the endpoint and how its clients show who they are, and scripts may call it', async () => {
  const { browser, issuer } = await start();
  expect(bodyOf(await browser().send('/.well-known/openid-configuration'))).toMatchObject({
    introspection_endpoint: `${issuerId}/token/introspect`,
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  });
  expect(issuer.endpoints.find(({ path }) => path === '/token/introspect')).toMatchObject({ cors: true });
});
