/** What `/token/review` answers a cluster that asks about a token (docs/adr/0024). */
import { type Json, OstiaryError, Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { type Client, type Reply, revokeLogins } from '../src/index.ts';
import { answerOf, Browser } from './browser.ts';
import { accessToken, exchange, idToken, start as startExchange } from './exchanges.ts';
import {
  app,
  bodyOf,
  claimsOf,
  type Harness,
  type HarnessOptions,
  redirectUri,
  request,
  startIssuer,
  textOf,
} from './harness.ts';
import { asApp, logIn, refresh, type Tokens, tokensOf } from './tokens.ts';

const tokenReview: NonNullable<Client['tokenReview']> = {
  audiences: ['app'],
  claimMappings: { username: { claim: 'email', prefix: '' }, groups: { claim: 'groups', prefix: 'oidc:' } },
};
/** The API server of a cluster that people log in to with tokens of `app`. */
const cluster: Client = {
  ...app,
  id: 'cluster',
  name: 'Cluster',
  secrets: [new Secret('cluster-secret')],
  tokenReview,
};
const own = 'https://kubernetes.default.svc.cluster.local';

const start = (rules: Partial<typeof tokenReview> = {}, more: HarnessOptions = {}): Promise<Harness> =>
  startIssuer({ clients: [app, { ...cluster, tokenReview: { ...tokenReview, ...rules } }], ...more });

type From = Pick<Harness, 'browser'>;

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const asCluster = basic('cluster', 'cluster-secret');

const ask = ({ browser }: From, json: Json | undefined, headers: Record<string, string> = asCluster): Promise<Reply> =>
  browser().send('/token/review', { method: 'POST', headers, ...(json === undefined ? {} : { json }) });

const review = (from: From, token: string, spec: Record<string, Json> = {}): Promise<Reply> =>
  ask(from, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, ...spec } });

const statusOf = async (...asked: Parameters<typeof review>): Promise<Json | undefined> => {
  const reply = await review(...asked);
  expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
  return bodyOf(reply).status;
};

const isIn = async (from: From, token: string): Promise<boolean> => {
  const status = await statusOf(from, token);
  // Nothing more is said of a token that is not good.
  if (JSON.stringify(status) === '{"authenticated":false}') return false;
  expect(status).toMatchObject({ authenticated: true, user: { username: 'jane@example.com' } });
  return true;
};

/** What the log has of reviews. */
const reviewed = ({ log }: Harness) =>
  log.lines.filter(({ event }) => event === 'token.reviewed').map(({ level, fields }) => ({ level, ...fields }));

const unverified = { email: { address: 'jane@example.com', verified: false } };

describe('a token that is good', () => {
  it.each(['v1', 'v1beta1'])('is told with its user, in the version that was asked for: %s', async (version) => {
    const harness = await start();
    const { id } = await logIn(harness);
    const apiVersion = `authentication.k8s.io/${version}`;
    const reply = await ask(harness, {
      apiVersion,
      kind: 'TokenReview',
      metadata: { creationTimestamp: null },
      spec: { token: id },
      status: { user: {} },
    });
    expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(bodyOf(reply)).toEqual({
      ...{ apiVersion, kind: 'TokenReview' },
      status: {
        authenticated: true,
        user: {
          username: 'jane@example.com',
          uid: 'CgN1LTESA2lkcA',
          groups: ['oidc:dev', 'oidc:ops'],
          extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claimsOf(id).jti}`] },
        },
      },
    });
  });

  it('is one of an audience of the cluster: without any named, of the client that asks', async () => {
    const { audiences: _none, ...rules } = tokenReview;
    const harness = await startIssuer({ clients: [app, { ...cluster, trustedPeers: ['app'], tokenReview: rules }] });
    const both = await logIn(harness, { scope: 'openid email audience:server:client_id:cluster' });
    expect(claimsOf(both.id).aud).toEqual(['cluster', 'app']);
    expect(await isIn(harness, both.id)).toBe(true);
    expect(await isIn(harness, (await logIn(harness)).id)).toBe(false);
    expect(reviewed(harness).at(-1)).toMatchObject({ level: 'info', outcome: 'refused', reason: 'audience' });
  });

  it('may be one of a job, which has no login', async () => {
    const harness = await startExchange({ clients: [app, cluster] });
    const reply = await exchange(harness, { requested_token_type: idToken, scope: 'openid email' });
    expect(await isIn(harness, textOf(reply, 'access_token'))).toBe(true);
    const access = await exchange(harness, { requested_token_type: accessToken, scope: 'openid email' });
    expect(await isIn(harness, textOf(access, 'access_token'))).toBe(false);
  });

  it('is told to fifty that ask at the same moment, and costs no write', async () => {
    let writes = 0;
    const harness = await start(
      {},
      {
        storage: (driver) => ({
          ...driver,
          put: (...put) => {
            writes += 1;
            return driver.put(...put);
          },
          [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
        }),
      },
    );
    const { id } = await logIn(harness);
    writes = 0;
    const all = await Promise.all(Array.from({ length: 50 }, () => isIn(harness, id)));
    expect({ good: all.filter(Boolean).length, writes }).toEqual({ good: 50, writes: 0 });
  });

  it('leaves a line for fault finding only, with the client and the id of the token', async () => {
    const harness = await start();
    const { id } = await logIn(harness);
    await review(harness, id);
    expect(reviewed(harness)).toEqual([
      { level: 'debug', client: 'cluster', outcome: 'authenticated', tokenId: claimsOf(id).jti },
    ]);
  });
});

describe('an asker who names who it is', () => {
  const rules = { audiences: ['app', 'staging'], apiAudiences: [own] };

  it.each([
    ['an audience of the token and the cluster', ['app'], ['app']],
    ['others besides', ['other', 'app'], ['app']],
    ['a name of the API server itself', [own], [own]],
    ['both', [own, 'app', 'staging'], [own, 'app']],
  ])('hears of those that are shared: %s', async (_what, audiences, shared) => {
    const harness = await start(rules);
    const { id } = await logIn(harness);
    expect(await statusOf(harness, id, { audiences })).toMatchObject({ authenticated: true, audiences: shared });
  });

  it.each([
    ['one that the token is not for', ['staging']],
    ['a stranger', ['https://vault.example.com']],
    ['nobody', ['']],
  ])('hears no more than that the token is not good when it is %s', async (_what, audiences) => {
    const harness = await start(rules);
    const { id } = await logIn(harness);
    expect(await statusOf(harness, id, { audiences })).toEqual({ authenticated: false });
    expect(reviewed(harness)).toEqual([
      {
        level: 'info',
        client: 'cluster',
        outcome: 'refused',
        reason: 'asked_audience',
        tokenId: claimsOf(id).jti,
        asked: audiences,
      },
    ]);
  });

  it('hears nothing of a token for others, though it asks as the API server', async () => {
    const harness = await start({ audiences: ['staging'], apiAudiences: [own] });
    const { id } = await logIn(harness);
    expect(await statusOf(harness, id, { audiences: [own] })).toEqual({ authenticated: false });
  });

  it.each([{ audiences: [] }, { audiences: null }])('is not one who sends %j', async (spec) => {
    const harness = await start(rules);
    expect(await statusOf(harness, (await logIn(harness)).id, spec)).not.toHaveProperty('audiences');
  });
});

describe('a token whose login was ended', () => {
  const endings: readonly (readonly [string, (harness: Harness, tokens: Tokens, code: string) => Promise<unknown>])[] =
    [
      [
        'at /token/revoke',
        ({ browser }, tokens) => browser().send('/token/revoke', { form: { token: tokens.refresh, ...asApp } }),
      ],
      [
        'by a refresh token that was used again',
        async (harness, tokens) => {
          await refresh(harness, tokens.refresh);
          harness.clock.advance(31);
          await refresh(harness, tokens.refresh);
        },
      ],
      ['by a code that was used again', (harness, _tokens, code) => redeem(harness, code)],
      [
        'by the provider',
        async (harness, tokens) => {
          harness.upstream.refreshed = async () => 'rejected';
          await refresh(harness, tokens.refresh);
        },
      ],
    ];

  const redeem = ({ browser }: From, code: string): Promise<Reply> =>
    browser().token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...asApp });

  const logInByCode = async (harness: Harness, scope: string): Promise<readonly [Tokens, string]> => {
    const code = answerOf(await harness.browser().logIn(request({ scope }))).get('code') ?? '';
    return [tokensOf(await redeem(harness, code)), code];
  };

  it.each(endings)('is not good any more: %s', async (_how, end) => {
    const harness = await start({}, { lifetimes: { code: 600 } });
    const [tokens, code] = await logInByCode(harness, 'openid email offline_access');
    const elsewhere = await logIn(harness);
    expect(await isIn(harness, tokens.id)).toBe(true);
    await end(harness, tokens, code);
    expect(await isIn(harness, tokens.id)).toBe(false);
    expect(reviewed(harness).at(-1)).toEqual({
      ...{ level: 'info', client: 'cluster', outcome: 'refused', reason: 'revoked', tokenId: claimsOf(tokens.id).jti },
    });
    expect(await isIn(harness, elsewhere.id), 'another login of the same person').toBe(true);
  });

  it('is not good any more, nor are those of its refreshes', async () => {
    const harness = await start();
    const first = await logIn(harness);
    const second = tokensOf(await refresh(harness, first.refresh));
    await harness.browser().send('/token/revoke', { form: { token: second.refresh, ...asApp } });
    for (const { id } of [first, second]) expect(await isIn(harness, id)).toBe(false);
  });

  it('is not good any more when the code of a login without a refresh token was used again, at any replica', async () => {
    const harness = await start({}, { lifetimes: { code: 600 } });
    const [tokens, code] = await logInByCode(harness, 'openid email');
    const [elsewhere] = await logInByCode(harness, 'openid email');
    const replica = await harness.replica();
    await redeem({ browser: () => new Browser(replica) }, code);
    expect(await isIn(harness, tokens.id)).toBe(false);
    expect(await isIn(harness, elsewhere.id)).toBe(true);
  });

  it('is good as long as the login is when only its access token is taken back', async () => {
    const harness = await start();
    const tokens = await logIn(harness);
    await harness.browser().send('/token/revoke', { form: { token: tokens.access, ...asApp } });
    expect(await isIn(harness, tokens.id)).toBe(true);
  });

  it.each([
    ['subject', 'CgN1LTESA2lkcA'],
    ['email', 'Jane@Example.com'],
    ['group', 'ops'],
    ['client', 'app'],
    ['connector', 'idp'],
    ['everybody', ''],
  ] as const)('by an operator is not good any more: %s', async (target, value) => {
    const harness = await start();
    const { id } = await logIn(harness);
    expect(await isIn(harness, id)).toBe(true);
    await revokeLogins({ target, value }, { storage: harness.storage, now: harness.clock.now });
    harness.clock.advance(2);
    expect(await isIn(harness, id)).toBe(false);
    expect(await isIn(harness, (await logIn(harness)).id), 'who comes again').toBe(true);
  });

  it('for the client that it was issued to is told from one for its audience', async () => {
    const { audiences: _none, ...rules } = tokenReview;
    const harness = await startIssuer({ clients: [app, { ...cluster, trustedPeers: ['app'], tokenReview: rules }] });
    const { id } = await logIn(harness, { scope: 'openid email audience:server:client_id:cluster' });
    const end = async (value: string) => {
      await revokeLogins({ target: 'client', value }, { storage: harness.storage, now: harness.clock.now });
      harness.clock.advance(2);
      return isIn(harness, id);
    };
    expect([await end('cluster'), await end('app')]).toEqual([true, false]);
  });
});

describe('what is no good token', () => {
  it('is told as such, and no reason', async () => {
    const harness = await start();
    const { access, id, refresh: token } = await logIn(harness);
    const [header, , signature] = id.split('.');
    const forged = Buffer.from(JSON.stringify({ ...claimsOf(id), sub: 'other' })).toString('base64url');
    for (const text of ['x', access, token, `${header}.${forged}.${signature}`, 'a'.repeat(70_000)]) {
      expect(await statusOf(harness, text)).toEqual({ authenticated: false });
    }
    const reasons = reviewed(harness).map((line) => 'reason' in line && line.reason);
    expect(reasons).toEqual(['parts', 'typ', 'parts', 'signature', 'size']);
    const log = JSON.stringify(harness.log.lines);
    for (const text of [access, id, token, forged]) expect(log).not.toContain(text);
  });

  it.each([
    ['for everybody', {}, true, ['oidc:dev', 'oidc:ops']],
    ['for members', { allowedGroups: ['ops'] }, true, ['oidc:dev', 'oidc:ops']],
    ['for members of other groups', { allowedGroups: ['admins'] }, false, undefined],
    ['for people by their address', { allowedEmails: ['jane@example.com'] }, true, ['oidc:dev', 'oidc:ops']],
    ['for others', { allowedEmails: ['joe@example.com'] }, false, undefined],
    ['that hears of some groups', { tokenGroups: ['o*'] }, true, ['oidc:ops']],
  ])('is none to a cluster %s, whoever it was issued to', async (_whom, rules, authenticated, groups) => {
    const harness = await startIssuer({ clients: [app, { ...cluster, ...rules }] });
    const { id } = await logIn(harness);
    expect(await statusOf(harness, id)).toMatchObject({ authenticated, ...(groups && { user: { groups } }) });
    if (!authenticated) expect(reviewed(harness).at(-1)).toMatchObject({ outcome: 'refused', reason: 'people' });
  });

  it.each([true, false])('is none by an address that is not verified: %s', async (verified) => {
    const bySubject = { claimMappings: { username: { claim: 'sub', prefix: '' } } };
    const rules = { allowedEmails: ['jane@example.com'], tokenReview: { ...tokenReview, ...bySubject } };
    const harness = await startIssuer({ clients: [app, { ...cluster, ...rules }] });
    harness.upstream.identity = { ...harness.upstream.identity, email: { address: 'jane@example.com', verified } };
    const { id } = await logIn(harness);
    expect(await statusOf(harness, id)).toMatchObject({ authenticated: verified });
  });

  it.each([
    ['session', false],
    ['standalone', true],
  ] as const)('is a token whose session is over, where its client wants that: %s', async (lifetime, after) => {
    const clients = [{ ...app, refreshTokenLifetime: lifetime }, cluster];
    const harness = await startIssuer({ clients, sessions: { idle: 600 } });
    const { id } = await logIn(harness);
    harness.clock.advance(599);
    expect(await isIn(harness, id)).toBe(true);
    harness.clock.advance(1);
    expect(await isIn(harness, id)).toBe(after);
    expect(reviewed(harness).at(-1)).toMatchObject(after ? { outcome: 'authenticated' } : { reason: 'session_over' });
  });

  it('is a token from the second in which it ends', async () => {
    const harness = await start();
    const { id } = await logIn(harness);
    harness.clock.advance(3599);
    expect(await isIn(harness, id)).toBe(true);
    harness.clock.advance(1);
    expect(await isIn(harness, id)).toBe(false);
  });

  it('is a token of somebody whose address is not verified, where that is the name', async () => {
    const harness = await start();
    harness.upstream.identity = { ...harness.upstream.identity, ...unverified };
    expect(await statusOf(harness, (await logIn(harness)).id)).toEqual({ authenticated: false });
    expect(reviewed(harness)).toMatchObject([{ reason: 'email_verified', claim: 'email' }]);
  });

  it('is a token that a rule of the cluster refuses, or whose user one does', async () => {
    const harness = await start({
      claimValidationRules: [{ name: 'claims', admits: ({ name }) => name !== 'Mallory' }],
      userValidationRules: [{ name: 'user', admits: ({ groups }) => !groups.includes('oidc:contractors') }],
    });
    expect(await isIn(harness, (await logIn(harness)).id)).toBe(true);
    harness.upstream.identity = { ...harness.upstream.identity, username: 'Mallory' };
    expect(await isIn(harness, (await logIn(harness)).id)).toBe(false);
    harness.upstream.identity = { ...harness.upstream.identity, username: 'Jane', groups: ['contractors'] };
    expect(await isIn(harness, (await logIn(harness)).id)).toBe(false);
    expect(reviewed(harness).slice(1)).toMatchObject([
      { reason: 'rule', rule: 'claims', client: 'cluster' },
      { reason: 'rule', rule: 'user', client: 'cluster' },
    ]);
  });

  it('is a token without the claim of the name', async () => {
    const harness = await start();
    expect(await statusOf(harness, (await logIn(harness, { scope: 'openid' })).id)).toEqual({ authenticated: false });
    expect(reviewed(harness)).toMatchObject([{ reason: 'claim', claim: 'email' }]);
  });
});

describe('a request', () => {
  const open: Client = { ...cluster, id: 'open', public: true };
  const plain: Client = { ...app, id: 'plain' };

  it.each([
    ['of nobody', {}, 'Invalid client credentials.'],
    ['of a client that nobody knows', basic('nobody', 'x'), 'Invalid client credentials.'],
    ['with a wrong secret', basic('cluster', 'x'), 'Invalid client credentials.'],
    [
      'with a bearer token',
      { authorization: 'Bearer cluster-secret' },
      'The Authorization header must use the Basic scheme.',
    ],
    [
      'of a public client, with a secret too',
      basic('open', 'cluster-secret'),
      'A public client cannot ask for reviews of tokens. Use a client with a secret.',
    ],
    [
      'of a client that has no rules',
      basic('plain', 'app-secret'),
      'This client may not ask for reviews of tokens: it has no tokenReview.',
    ],
  ])('%s is refused, before anything is looked at', async (_who, headers, why) => {
    const harness = await startIssuer({ clients: [app, cluster, open, plain] });
    const { id } = await logIn(harness);
    for (const token of [id, 'x', '']) {
      const reply = await ask(
        harness,
        { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } },
        headers,
      );
      expect(reply).toMatchObject({ status: 401, headers: { 'cache-control': 'no-store' } });
      expect(bodyOf(reply)).toEqual({ error: 'invalid_client', error_description: why });
    }
    expect(reviewed(harness)).toEqual([]);
  });

  it.each([
    ['as they are', 'cluster', "s:e c&r=e;t/@!*'()é"],
    ['percent-encoded, which all may be', 'https%3A%2F%2Fcluster', '%25a%2Bb%3Ac'],
  ])('has id and secret %s', async (_how, id, secret) => {
    const client = { ...cluster, id: decodeURIComponent(id), secrets: [new Secret(decodeURIComponent(secret))] };
    const harness = await startIssuer({ clients: [app, client] });
    expect(await ask(harness, undefined, basic(id, secret))).toMatchObject({ status: 400 });
  });

  const kind = 'The body must be a TokenReview of authentication.k8s.io/v1 or authentication.k8s.io/v1beta1.';
  const head = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' };
  const missing = 'spec.token is missing. Put the token that is asked about there.';
  it.each<readonly [string, Json | undefined, string]>([
    ['that is no JSON', undefined, 'The body must be application/json.'],
    ['that is null', null, kind],
    ['that is a list', [head], kind],
    ['of another kind', { ...head, kind: 'SubjectAccessReview', spec: { token: 'secret' } }, kind],
    ['of another version', { ...head, apiVersion: 'authentication.k8s.io/v2', spec: { token: 'secret' } }, kind],
    ['without a kind', { spec: { token: 'secret' } }, kind],
    ['without a spec', head, missing],
    ['with a spec that is a text', { ...head, spec: 'secret' }, missing],
    ['without a token', { ...head, spec: {} }, missing],
    ['with an empty token', { ...head, spec: { token: '' } }, missing],
    ['with a token that is a number', { ...head, spec: { token: 1 } }, missing],
    [
      'with one audience that is no list',
      { ...head, spec: { token: 'secret', audiences: 'app' } },
      'spec.audiences must be a list of texts.',
    ],
    [
      'with audiences that are no texts',
      { ...head, spec: { token: 'secret', audiences: ['app', 1] } },
      'spec.audiences must be a list of texts.',
    ],
  ])('%s is told what is wrong', async (_what, json, why) => {
    const harness = await start();
    const reply = await ask(harness, json);
    expect(reply).toMatchObject({ status: 400 });
    expect(bodyOf(reply)).toEqual({ error: 'invalid_request', error_description: why });
    expect(JSON.stringify(harness.log.lines)).not.toContain('secret');
  });

  it.each(['revoked-token', 'revocations'])(
    'that the storage cannot answer is told to come again: %s',
    async (kindOfRecord) => {
      let away = false;
      const harness = await start(
        {},
        {
          storage: (driver) => ({
            ...driver,
            get: async (key) => {
              if (away && key[0] === kindOfRecord)
                throw new OstiaryError('storage/unavailable', 'The storage does not answer.');
              return driver.get(key);
            },
            [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
          }),
        },
      );
      const { id } = await logIn(harness);
      harness.clock.advance(2);
      away = true;
      const reply = await review(harness, id);
      expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '5', 'cache-control': 'no-store' } });
      expect(bodyOf(reply)).not.toHaveProperty('status');
      away = false;
      expect(await isIn(harness, id)).toBe(true);
    },
  );
});

it('scripts of other origins may not call the endpoint, and no other reads JSON', async () => {
  const { issuer } = await start();
  expect(issuer.endpoints.filter(({ reads }) => reads === 'json')).toMatchObject([
    { path: '/token/review', cors: false },
  ]);
});
