/** Clients that administrators register, and what becomes of their logins (docs/adr/0031). */
import { Secret } from '@ostiary/primitives';
import type { StorageDriver } from '@ostiary/storage-sdk';
import { describe, expect, it } from 'vitest';
import { type RegisteredClient, type RegisteredClients, type Reply, registeredClients } from '../src/index.ts';
import { answerOf } from './browser.ts';
import { app, bodyOf, type Harness, jane, redirectUri, request, startIssuer, textOf } from './harness.ts';

const credentials = { client_id: 'app', client_secret: 'app-secret' };
const LONGEST = 864_000;
/** `u-1` at `idp`. */
const janesSubject = 'CgN1LTESA2lkcA';

const registration: RegisteredClient = {
  ...{ id: 'app', name: 'The App', public: false, secret: new Secret('app-secret') },
  ...{ redirectUris: [redirectUri], trustedPeers: [] },
};

interface Registered extends Harness {
  readonly clients: RegisteredClients;
}

/** An issuer whose clients are those that were registered; `app` is. */
async function start(watch: (driver: StorageDriver) => StorageDriver = (driver) => driver): Promise<Registered> {
  const harness = await startIssuer({
    storage: watch,
    registry: ({ storage, now }) => registeredClients({ storage, now, longestLogin: LONGEST }),
  });
  const { storage, clock } = harness;
  const clients = registeredClients({ storage, now: clock.now, longestLogin: LONGEST });
  await clients.create(registration);
  return { ...harness, clients };
}

const codeOf = async ({ browser }: Harness): Promise<string> =>
  answerOf(await browser().logIn(request({ scope: 'openid email groups offline_access' }))).get('code') ?? '';

const redeem = ({ browser }: Harness, code: string): Promise<Reply> =>
  browser().token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...credentials });

const logIn = async (harness: Harness): Promise<Reply> => redeem(harness, await codeOf(harness));

const refresh = ({ browser }: Harness, from: Reply): Promise<Reply> =>
  browser().token({ grant_type: 'refresh_token', refresh_token: textOf(from, 'refresh_token'), ...credentials });

const userinfo = async ({ browser }: Harness, from: Reply): Promise<number> => {
  const authorization = `Bearer ${textOf(from, 'access_token')}`;
  return (await browser().send('/userinfo', { headers: { authorization } })).status;
};

const introspect = async ({ browser }: Harness, token: string): Promise<unknown> =>
  bodyOf(await browser().send('/token/introspect', { form: { token, ...credentials } })).active;

const outcomeOf = (reply: Reply): object => ({ status: reply.status, error: bodyOf(reply).error });

describe('a registered client', () => {
  it('logs people in, renews, and is believed', async () => {
    const harness = await start();
    const tokens = await logIn(harness);
    expect(await refresh(harness, tokens)).toMatchObject({ status: 200 });
    expect(await userinfo(harness, tokens)).toBe(200);
  });

  it('takes its logins with it, also from a client that gets its id', async () => {
    const harness = await start();
    const [tokens, code] = [await logIn(harness), await codeOf(harness)];
    expect(await harness.clients.remove('app')).toBe(true);
    expect(await userinfo(harness, tokens)).toBe(401);
    expect(outcomeOf(await refresh(harness, tokens))).toEqual({ status: 401, error: 'invalid_client' });

    expect(await harness.clients.create(registration)).toBe(true);
    expect(outcomeOf(await refresh(harness, tokens))).toEqual({ status: 400, error: 'invalid_grant' });
    expect(outcomeOf(await redeem(harness, code))).toMatchObject({ status: 400 });
    expect(await userinfo(harness, tokens)).toBe(401);
    expect(await introspect(harness, textOf(tokens, 'access_token'))).toBe(false);

    harness.clock.advance(1);
    const own = await logIn(harness);
    expect(await refresh(harness, own)).toMatchObject({ status: 200 });
    expect(await userinfo(harness, own)).toBe(200);

    expect(await harness.clients.remove('app')).toBe(true);
    expect(await harness.clients.create(registration)).toBe(true);
    expect(await userinfo(harness, own)).toBe(401);
  });

  it('that is changed has the logins of the one before no more than it had', async () => {
    const harness = await start();
    const tokens = await logIn(harness);
    await harness.clients.remove('app');
    await harness.clients.create(registration);
    expect(await harness.clients.update('app', (client) => ({ ...client, name: 'Renamed' }))).toBe(true);
    expect(await userinfo(harness, tokens)).toBe(401);
  });

  it('does not find the refresh token of the one before alive by introspection', async () => {
    const harness = await start();
    const tokens = await logIn(harness);
    await harness.clients.remove('app');
    await harness.clients.create(registration);
    expect(await introspect(harness, textOf(tokens, 'refresh_token'))).toBe(false);
  });
});

describe('registered clients', () => {
  it('are made once, whoever tries', async () => {
    const { clients } = await start();
    const made = await Promise.all(['a', 'b', 'c'].map((name) => clients.create({ ...registration, id: 'new', name })));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await clients.create(registration)).toBe(false);
    expect((await clients.get('app'))?.secret?.reveal()).toBe('app-secret');
  });

  it('lose no change when two are made at once', async () => {
    const { clients } = await start();
    const done = await Promise.all([
      clients.update('app', (client) => ({ ...client, name: 'Other' })),
      clients.update('app', (client) => ({ ...client, logoUrl: 'https://app.example.com/logo.svg' })),
    ]);
    expect(done).toEqual([true, true]);
    expect(await clients.get('app')).toEqual({
      ...registration,
      name: 'Other',
      logoUrl: 'https://app.example.com/logo.svg',
    });
  });

  it('that are not there cannot be changed or removed', async () => {
    const { clients } = await start();
    for (const id of ['none', 'ä', '', 'x'.repeat(257)]) {
      expect(await clients.update(id, (client) => client)).toBe(false);
      expect(await clients.remove(id)).toBe(false);
      expect(await clients.get(id)).toBeUndefined();
    }
    expect(await clients.remove('app')).toBe(true);
    expect(await clients.remove('app')).toBe(false);
    expect(await clients.update('app', (client) => client)).toBe(false);
  });

  it.each(['', 'ä', 'a\u0000b', 'x'.repeat(257)])('cannot have every id: %j', async (id) => {
    const { clients } = await start();
    await expect(clients.create({ ...registration, id })).rejects.toMatchObject({ code: 'config/invalid' });
  });

  it('are not looked for under what cannot be one', async () => {
    const asked: string[] = [];
    const { clients } = await start((driver) => ({
      ...driver,
      get: (key) => {
        asked.push(key.join('/'));
        return driver.get(key);
      },
    }));
    asked.length = 0;
    expect(await clients.find('x'.repeat(3000))).toBeUndefined();
    expect(await clients.find('nul\u0000')).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('are listed by id, without those that were removed', async () => {
    const { clients } = await start();
    for (const id of ['b', 'a', 'c']) await clients.create({ ...registration, id });
    await clients.remove('c');
    expect((await clients.list()).map(({ id }) => id)).toEqual(['a', 'app', 'b']);
  });

  it('that were removed are forgotten when none of their tokens can be left', async () => {
    const { clients, clock, storage } = await start();
    await clients.remove('app');
    const records = async () => (await storage.scan({ prefix: ['client'], limit: 10 })).keys.length;
    clock.advance(LONGEST - 1);
    expect(await records()).toBe(1);
    clock.advance(1);
    expect(await records()).toBe(0);
  });

  it('of several pages are all listed', async () => {
    const { clients } = await start();
    const ids = Array.from({ length: 1_100 }, (_, index) => `many-${index}`);
    await Promise.all(ids.map((id) => clients.create({ ...registration, id })));
    expect(await clients.list()).toHaveLength(1_101);
  });
});

describe('logins of a person', () => {
  it('are listed with what they are for, and with no part of their tokens', async () => {
    const harness = await start();
    const tokens = await logIn(harness);
    const [login, ...others] = await harness.issuer.logins.list(janesSubject);
    expect(others).toEqual([]);
    expect(login).toEqual({
      ...{ id: expect.any(String), clientId: 'app' },
      ...{ createdAt: harness.clock.now(), lastUsedAt: harness.clock.now() },
    });
    expect(textOf(tokens, 'refresh_token')).not.toContain(login?.id);
  });

  it.each(['', 'CgN1LTISA2lkcA', 'CgN1LTESBGxkYXA', 'no subject'])('are those of no other: %j', async (subject) => {
    const harness = await start();
    await logIn(harness);
    expect(await harness.issuer.logins.list(subject)).toEqual([]);
    expect(await harness.issuer.logins.end(subject, 'app')).toBe(0);
  });

  it('end at one client, with the tokens that came of them', async () => {
    const harness = await start();
    await harness.clients.create({ ...registration, id: 'other' });
    const tokens = [await logIn(harness), await logIn(harness)];
    expect(await harness.issuer.logins.end(janesSubject, 'other')).toBe(0);
    harness.upstream.identity = { ...jane, userId: 'u-2' };
    const neighbour = await logIn(harness);

    expect(await harness.issuer.logins.end(janesSubject, 'app')).toBe(2);
    for (const ended of tokens) {
      expect(outcomeOf(await refresh(harness, ended))).toEqual({ status: 400, error: 'invalid_grant' });
      expect(await userinfo(harness, ended)).toBe(401);
    }
    expect(await refresh(harness, neighbour)).toMatchObject({ status: 200 });
    expect(await harness.issuer.logins.list(janesSubject)).toEqual([]);
  });
});

it('all logins of a person end, at every client, and with the sessions of their browsers', async () => {
  const told: string[] = [];
  const harness = await startIssuer({
    sessions: {},
    clients: [{ ...app, backchannelLogoutUri: 'https://app.example.com/logout' }],
    fetch: async (url) => {
      told.push(String(url));
      return new Response();
    },
  });
  const browsers = [harness.browser(), harness.browser()];
  const tokens = [];
  for (const browser of browsers) {
    const code = answerOf(await browser.logIn(request({ scope: 'openid offline_access' }))).get('code') ?? '';
    tokens.push(await redeem(harness, code));
  }
  harness.upstream.identity = { ...jane, userId: 'u-2' };
  const neighbour = harness.browser();
  await neighbour.logIn(request({ scope: 'openid' }));

  await harness.issuer.logins.endAll(janesSubject);
  for (const ended of tokens) {
    expect(outcomeOf(await refresh(harness, ended))).toEqual({ status: 400, error: 'invalid_grant' });
    expect(await userinfo(harness, ended)).toBe(401);
  }
  const session = async (browser: (typeof browsers)[number]) => {
    const reply = await browser.send('/');
    return reply.kind === 'page' && reply.page.name === 'home' ? reply.page.session : 'no page';
  };
  expect(await Promise.all(browsers.map(session))).toEqual([undefined, undefined]);
  expect(await session(neighbour)).toBeDefined();
  expect(told).toEqual(['https://app.example.com/logout', 'https://app.example.com/logout']);
});

it('an issuer tells what its discovery document says', async () => {
  const { issuer, browser } = await startIssuer({ clients: [app] });
  const reply = await browser().send('/.well-known/openid-configuration');
  expect(JSON.parse(reply.kind === 'document' ? reply.body : '')).toEqual(issuer.metadata());
});
