import type { Identity, RefreshAsk } from '@ostiary/connector-sdk';
import { OstiaryError, Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import type { ConnectorRegistry, Reply } from '../src/index.ts';
import { answerOf, Browser } from './browser.ts';
import {
  app,
  bodyOf,
  claimsOf,
  type Harness,
  jane,
  redirectUri,
  request,
  startIssuer,
  textOf,
  type Upstream,
} from './harness.ts';

const credentials = { client_id: 'app', client_secret: 'app-secret' };

async function logInOffline(harness: Harness): Promise<string> {
  const code = answerOf(await harness.browser().logIn(request())).get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...credentials };
  return textOf(await harness.browser().token(form), 'refresh_token');
}

function refresh(browser: Browser, token: string, more: Record<string, string> = {}): Promise<Reply> {
  return browser.token({ grant_type: 'refresh_token', refresh_token: token, ...credentials, ...more });
}

/** Connectors that are not there, or can do less, for as long as a test wants. */
function troubled(
  registry: ConnectorRegistry,
  now: () => 'there' | 'gone' | 'not opened' | 'cannot renew',
): ConnectorRegistry {
  return {
    ...registry,
    get(id) {
      const entry = registry.get(id);
      if (entry === undefined || now() === 'there') return entry;
      const { refresh: _none, ...connector } = entry.connector;
      return now() === 'cannot renew' ? { ...entry, connector } : undefined;
    },
    isUnavailable: () => now() === 'not opened',
  };
}

/** An issuer whose provider spends its refresh tokens, so that one process asks at a time. */
function startRotating(
  play: (ask: RefreshAsk, upstream: Upstream) => Promise<Identity | 'rejected'>,
  { exclusive } = { exclusive: true },
): Promise<Harness> {
  return startIssuer({
    refresh: (upstream) => ({ kind: 'upstream', exclusive, refresh: (ask) => play(ask, upstream) }),
  });
}

/** What an administrator does who revokes somebody's sessions. */
async function endLogins({ storage }: Harness): Promise<void> {
  const { keys } = await storage.scan({ prefix: ['refresh-family'], limit: 10 });
  await Promise.all(keys.map((key) => storage.take(key)));
}

describe('refresh', () => {
  it('rotates the token, asks the provider and repeats nonce and auth_time', async () => {
    const harness = await startIssuer();
    const first = await logInOffline(harness);
    const authTime = Math.floor(harness.clock.now().getTime() / 1000);
    harness.clock.advance(100);
    harness.upstream.identity = { ...harness.upstream.identity, groups: ['dev'] };
    const reply = await refresh(harness.browser(), first);
    expect(textOf(reply, 'refresh_token')).not.toBe(first);
    expect(claimsOf(textOf(reply, 'id_token'))).toMatchObject({
      groups: ['dev'],
      nonce: 'client-nonce',
      auth_time: authTime,
    });
    expect(harness.upstream.asked.refresh).toBe(1);
  });

  it('says in the log for what, and through which connector, tokens were issued, with their ids', async () => {
    const harness = await startIssuer();
    const reply = await refresh(harness.browser(), await logInOffline(harness));
    const issued = harness.log.lines.filter(({ event }) => event === 'token.issued').map(({ fields }) => fields);
    const ids = {
      accessTokenId: claimsOf(textOf(reply, 'access_token')).jti,
      idTokenId: claimsOf(textOf(reply, 'id_token')).jti,
    };
    expect(issued).toMatchObject([
      { grantType: 'authorization_code', client: 'app', connector: 'idp' },
      { grantType: 'refresh_token', client: 'app', connector: 'idp', ...ids },
    ]);
  });

  it('gives a retry within the reuse interval the same successor', async () => {
    const harness = await startIssuer();
    const first = await logInOffline(harness);
    const second = textOf(await refresh(harness.browser(), first), 'refresh_token');
    harness.clock.advance(30);
    expect(textOf(await refresh(harness.browser(), first), 'refresh_token')).toBe(second);
    expect(harness.upstream.asked.refresh).toBe(1);
  });

  it('goes on with what the provider said last: for a retry, and when it is asked again', async () => {
    const shown: (string | undefined)[] = [];
    const harness = await startRotating(async ({ identity }, upstream) => {
      shown.push(identity.connectorData?.reveal());
      return { ...upstream.identity, groups: ['dev'], connectorData: new Secret(`upstream-token-${shown.length}`) };
    });
    const first = await logInOffline(harness);
    const second = textOf(await refresh(harness.browser(), first), 'refresh_token');
    for (const token of [first, second]) {
      const retried = await refresh(harness.browser(), token);
      expect(claimsOf(textOf(retried, 'id_token'))).toMatchObject({ groups: ['dev'] });
    }
    harness.clock.advance(31);
    expect(await refresh(harness.browser(), second)).toMatchObject({ status: 200 });
    expect(shown.slice(1)).toEqual(['upstream-token-1']);
  });

  it('gives no retry anything when the reuse interval is 0, not even within the same second', async () => {
    const rotating = { rotate: true, reuseInterval: 0 };
    const harness = await startIssuer({ lifetimes: { refreshToken: rotating } });
    const first = await logInOffline(harness);
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 200 });
    expect(bodyOf(await refresh(harness.browser(), first))).toMatchObject({ error: 'invalid_grant' });
  });

  it('gives 50 parallel callers in two processes one successor', async () => {
    const harness = await startIssuer();
    const first = await logInOffline(harness);
    const replica = await harness.replica();
    const callers = Array.from({ length: 50 }, (_, index) =>
      refresh(index % 2 === 0 ? harness.browser() : new Browser(replica), first),
    );
    const tokens = (await Promise.all(callers)).map((reply) => textOf(reply, 'refresh_token'));
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toBe(first);
  });

  it('revokes the family when an old token is used after the reuse interval', async () => {
    const harness = await startIssuer();
    const first = await logInOffline(harness);
    const second = textOf(await refresh(harness.browser(), first), 'refresh_token');
    harness.clock.advance(31);
    expect(bodyOf(await refresh(harness.browser(), first))).toMatchObject({ error: 'invalid_grant' });
    expect(bodyOf(await refresh(harness.browser(), second))).toMatchObject({ error: 'invalid_grant' });
    expect(harness.log.lines.some((line) => line.event === 'refresh.reused')).toBe(true);
  });

  it('does not touch the family of another login', async () => {
    const harness = await startIssuer();
    const laptop = await logInOffline(harness);
    const phone = await logInOffline(harness);
    await refresh(harness.browser(), laptop);
    harness.clock.advance(31);
    await refresh(harness.browser(), laptop);
    expect(await refresh(harness.browser(), phone)).toMatchObject({ status: 200 });
  });

  it('answers the current token within the reuse interval without another rotation', async () => {
    const harness = await startIssuer();
    const second = textOf(await refresh(harness.browser(), await logInOffline(harness)), 'refresh_token');
    expect(textOf(await refresh(harness.browser(), second), 'refresh_token')).toBe(second);
    harness.clock.advance(31);
    expect(textOf(await refresh(harness.browser(), second), 'refresh_token')).not.toBe(second);
  });

  it('keeps the login when the provider cannot be reached', async () => {
    const harness = await startIssuer();
    const first = await logInOffline(harness);
    const { refreshed } = harness.upstream;
    harness.upstream.refreshed = async () => {
      throw new OstiaryError('upstream/unavailable', 'The provider does not answer.');
    };
    const reply = await refresh(harness.browser(), first);
    expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(bodyOf(reply)).toMatchObject({ error: 'temporarily_unavailable' });
    harness.upstream.refreshed = refreshed;
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 200 });
  });

  it.each([
    ['is gone', 'gone', 400, 'invalid_grant'],
    ['could not be opened', 'not opened', 503, 'temporarily_unavailable'],
    ['can no longer renew logins', 'cannot renew', 400, 'invalid_grant'],
  ] as const)('keeps the login while its connector %s', async (_what, trouble, status, error) => {
    let now: typeof trouble | 'there' = 'there';
    const harness = await startIssuer({ connectors: (registry) => troubled(registry, () => now) });
    const token = await logInOffline(harness);
    now = trouble;
    const reply = await refresh(harness.browser(), token);
    expect(reply).toMatchObject({ status });
    expect(bodyOf(reply)).toMatchObject({ error });
    now = 'there';
    expect(await refresh(harness.browser(), token)).toMatchObject({ status: 200 });
  });

  it('asks for a new login when the sealing key is lost, and says so', async () => {
    const harness = await startIssuer();
    const token = await logInOffline(harness);
    const { keys } = await harness.storage.scan({ prefix: ['sealing-keys'], limit: 10 });
    await Promise.all(keys.map((key) => harness.storage.take(key)));
    const reply = await refresh(new Browser(await harness.replica(), harness.log), token);
    expect(reply).toMatchObject({ status: 400 });
    expect(bodyOf(reply)).toMatchObject({ error: 'invalid_grant' });
    expect(harness.log.lines).toContainEqual(expect.objectContaining({ level: 'warn', event: 'refresh.unreadable' }));
    expect(await refresh(harness.browser(), token)).toMatchObject({ status: 200 });
  });

  it('ends the login when the provider says no', async () => {
    const harness = await startIssuer();
    const first = await logInOffline(harness);
    harness.upstream.refreshed = async () => 'rejected';
    expect(bodyOf(await refresh(harness.browser(), first))).toMatchObject({ error: 'invalid_grant' });
    harness.upstream.refreshed = async () => harness.upstream.identity;
    expect(bodyOf(await refresh(harness.browser(), first))).toMatchObject({ error: 'invalid_grant' });
  });

  it('refuses another user id from the provider', async () => {
    const harness = await startIssuer();
    const first = await logInOffline(harness);
    harness.upstream.identity = { ...harness.upstream.identity, userId: 'u-2' };
    expect(bodyOf(await refresh(harness.browser(), first))).toMatchObject({ error: 'invalid_grant' });
  });

  it('asks a provider with rotating tokens once, however many processes ask at the same time', async () => {
    const harness = await startRotating(async (_ask, upstream) => {
      upstream.asked.refresh += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return upstream.identity;
    });
    const first = await logInOffline(harness);
    const replica = await harness.replica();
    const replies = await Promise.all([
      refresh(harness.browser(), first),
      refresh(new Browser(replica), first),
      refresh(harness.browser(), first),
      refresh(new Browser(replica), first),
    ]);
    expect(new Set(replies.map((reply) => textOf(reply, 'refresh_token'))).size).toBe(1);
    expect(harness.upstream.asked.refresh).toBe(1);
  });

  it('gives the turn back when a provider with rotating tokens cannot be reached', async () => {
    let down = true;
    const harness = await startRotating(async (_ask, upstream) => {
      if (down) throw new OstiaryError('upstream/unavailable', 'down');
      return upstream.identity;
    });
    const first = await logInOffline(harness);
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 503 });
    down = false;
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 200 });
  });

  it('gives the turn back when policy refuses what a provider with rotating tokens says', async () => {
    const harness = await startRotating(async (_ask, upstream) => upstream.identity);
    const first = await logInOffline(harness);
    const { identity } = harness.upstream;
    harness.upstream.identity = { ...identity, username: 'system:admin' };
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 400 });
    harness.upstream.identity = identity;
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 200 });
  });

  it('spends nothing, at the provider either, while no key can sign', async () => {
    const asked: string[] = [];
    const harness = await startRotating(async (_ask, upstream) => {
      asked.push('refresh');
      return upstream.identity;
    });
    const first = await logInOffline(harness);
    harness.clock.advance(3600);
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 503 });
    expect(asked).toEqual([]);
    await harness.keys.refresh();
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 200 });
  });

  it.each([true, false])('goes on with what a provider gave before it went down; exclusive: %s', async (exclusive) => {
    const shown: (string | undefined)[] = [];
    let down = true;
    const play = async ({ identity, persist }: RefreshAsk, upstream: Upstream) => {
      shown.push(identity.connectorData?.reveal());
      await persist(new Secret(`upstream-token-${shown.length}`));
      if (down) throw new OstiaryError('upstream/unavailable', 'down');
      return upstream.identity;
    };
    const harness = await startRotating(play, { exclusive });
    const first = await logInOffline(harness);
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 503 });
    down = false;
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 200 });
    expect(shown.slice(1)).toEqual(['upstream-token-1']);
  });

  it('goes on with it after the process that asked has died', async () => {
    const shown: (string | undefined)[] = [];
    const persisted = Promise.withResolvers<void>();
    const harness = await startRotating(async ({ identity, persist }, upstream) => {
      shown.push(identity.connectorData?.reveal());
      await persist(new Secret('upstream-token-2'));
      persisted.resolve();
      return shown.length === 1 ? new Promise<never>(() => {}) : upstream.identity;
    });
    const first = await logInOffline(harness);
    const replica = await harness.replica();
    void refresh(harness.browser(), first);
    await persisted.promise;
    harness.clock.advance(61);
    expect(await refresh(new Browser(replica), first)).toMatchObject({ status: 200 });
    expect(shown[1]).toBe('upstream-token-2');
  });

  it('does not bring back a login that was ended while the provider was asked', async () => {
    const harness = await startRotating(async ({ persist }, upstream) => {
      await endLogins(harness);
      await persist(new Secret('upstream-token-2'));
      return upstream.identity;
    });
    const first = await logInOffline(harness);
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 503 });
    expect(bodyOf(await refresh(harness.browser(), first))).toMatchObject({ error: 'invalid_grant' });
  });

  it('reuses the login of a provider that cannot be asked, up to its cap', async () => {
    const harness = await startIssuer({ refresh: () => ({ kind: 'reuse', maxAgeSeconds: 1000 }) });
    const first = await logInOffline(harness);
    harness.clock.advance(999);
    await harness.keys.refresh();
    const second = textOf(await refresh(harness.browser(), first), 'refresh_token');
    harness.clock.advance(31);
    expect(bodyOf(await refresh(harness.browser(), second))).toMatchObject({ error: 'invalid_grant' });
  });

  it('ends a reused login when the provider said it ends, however long the cap', async () => {
    const harness = await startIssuer({ refresh: () => ({ kind: 'reuse', maxAgeSeconds: 100_000 }) });
    const expires = new Date(harness.clock.now().getTime() + 1_000_000);
    harness.upstream.identity = { ...jane, authentication: { expires } };
    const first = await logInOffline(harness);
    harness.clock.advance(999);
    await harness.keys.refresh();
    const second = textOf(await refresh(harness.browser(), first), 'refresh_token');
    harness.clock.advance(31);
    expect(bodyOf(await refresh(harness.browser(), second))).toMatchObject({ error: 'invalid_grant' });
  });

  it.each([
    ['idle', 86_400, { refreshToken: { rotate: true, reuseInterval: 30, idle: 86_400 } }],
    ['absolute', 500, { refreshToken: { rotate: true, reuseInterval: 30, absolute: 500 } }],
  ])('ends at the %s limit', async (_name, seconds, lifetimes) => {
    const harness = await startIssuer({ lifetimes });
    const first = await logInOffline(harness);
    harness.clock.advance(seconds);
    expect(bodyOf(await refresh(harness.browser(), first))).toMatchObject({ error: 'invalid_grant' });
  });

  it('moves the idle limit with each use, and not the absolute one', async () => {
    const lifetimes = { refreshToken: { rotate: true, reuseInterval: 30, idle: 100, absolute: 250 } };
    const harness = await startIssuer({ lifetimes });
    let token = await logInOffline(harness);
    for (let use = 0; use < 3; use += 1) {
      harness.clock.advance(80);
      token = textOf(await refresh(harness.browser(), token), 'refresh_token');
    }
    harness.clock.advance(10);
    expect(bodyOf(await refresh(harness.browser(), token))).toMatchObject({ error: 'invalid_grant' });
  });

  it('keeps the token when rotation is off', async () => {
    const lifetimes = { refreshToken: { rotate: false, reuseInterval: 0 } };
    const harness = await startIssuer({ lifetimes });
    const first = await logInOffline(harness);
    expect(textOf(await refresh(harness.browser(), first), 'refresh_token')).toBe(first);
    expect(textOf(await refresh(harness.browser(), first), 'refresh_token')).toBe(first);
  });

  it('narrows scopes for one answer, and refuses more than was granted', async () => {
    const harness = await startIssuer();
    const first = await logInOffline(harness);
    const narrow = await refresh(harness.browser(), first, { scope: 'openid email' });
    expect(claimsOf(textOf(narrow, 'id_token'))).not.toHaveProperty('groups');
    const second = textOf(narrow, 'refresh_token');
    const wider = await refresh(harness.browser(), second, { scope: 'openid federated:id' });
    expect(bodyOf(wider)).toMatchObject({ error: 'invalid_scope' });
    const full = await refresh(harness.browser(), second);
    expect(claimsOf(textOf(full, 'id_token'))).toHaveProperty('groups');
  });

  it('refuses the token to another client without ending the login', async () => {
    const harness = await startIssuer({ clients: [app, { ...app, id: 'other' }] });
    const first = await logInOffline(harness);
    const stolen = await refresh(harness.browser(), first, { client_id: 'other' });
    expect(bodyOf(stolen)).toMatchObject({ error: 'invalid_grant' });
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 200 });
  });

  it('asks policy again: a connector that the client may no longer use ends it', async () => {
    const client = { ...app, allowedConnectors: ['idp'] };
    const harness = await startIssuer({ clients: [client] });
    const first = await logInOffline(harness);
    client.allowedConnectors = ['ldap'];
    expect(bodyOf(await refresh(harness.browser(), first))).toMatchObject({ error: 'invalid_grant' });
  });

  it.each(['', 'x', 'ort.a.b', 'CgR0ZXN0EgNiYXI', `ort.${'a'.repeat(22)}.${'b'.repeat(43)}`])(
    'refuses %j as a refresh token',
    async (token) => {
      const harness = await startIssuer();
      const { error } = bodyOf(await refresh(harness.browser(), token));
      expect(error).toBe(token === '' ? 'invalid_request' : 'invalid_grant');
    },
  );

  it('stores no token that would work', async () => {
    const written: string[] = [];
    const harness = await startIssuer({
      storage: (driver) => ({
        ...driver,
        put: (key, value, options) => {
          written.push(JSON.stringify([key, value]));
          return driver.put(key, value, options);
        },
        [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
      }),
    });
    const first = await logInOffline(harness);
    const second = textOf(await refresh(harness.browser(), first), 'refresh_token');
    const all = written.join();
    for (const secret of [first, second, 'upstream-refresh-token']) expect(all).not.toContain(secret);
  });

  it('writes no record of a login that would stay for ever, whatever becomes of it', async () => {
    const endless = new Set<string>();
    let down = true;
    const harness = await startIssuer({
      storage: (driver) => ({
        ...driver,
        put: (key, value, options) => {
          if (options.expiresAt === undefined) endless.add(key[0] ?? '');
          return driver.put(key, value, options);
        },
        [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
      }),
      refresh: (upstream) => ({
        kind: 'upstream',
        exclusive: true,
        async refresh({ persist }) {
          await persist(new Secret('upstream-token-2'));
          if (down) throw new OstiaryError('upstream/unavailable', 'down');
          return upstream.identity;
        },
      }),
    });
    await harness.browser().logIn(request({ prompt: 'consent' })); // and nobody answers the question
    const first = await logInOffline(harness);
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 503 });
    down = false;
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 200 });
    harness.clock.advance(31);
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 400 });
    expect([...endless].toSorted()).toEqual(['sealing-keys', 'signing-keys']);
  });
});
