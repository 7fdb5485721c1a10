/** Token exchange (RFC 8693): a token of a provider for one of ours. */
import { type ErrorCode, OstiaryError } from '@ostiary/primitives';
import { recordStore } from '@ostiary/storage-sdk';
import { describe, expect, it, vi } from 'vitest';
import type { Client, Reply } from '../src/index.ts';
import { revokedToken } from '../src/records/revoked-token.ts';
import { accessToken, exchange, form, grantType, idToken, start } from './exchanges.ts';
import { app, bodyOf, claimsOf, type Harness, issuerId, jane, startIssuer, textOf } from './harness.ts';

const headerOf = (token: string): unknown => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());

const userinfo = ({ browser }: Pick<Harness, 'browser'>, token: string): Promise<Reply> =>
  browser().send('/userinfo', { headers: { authorization: `Bearer ${token}` } });

/** What the log says after the start. */
const linesOf = ({ log }: Harness) => log.lines.filter(({ event }) => !event.endsWith('keys.published'));

describe('a token exchange', () => {
  it('gives an access token that /userinfo believes, and nothing else', async () => {
    const harness = await start();
    const reply = await exchange(harness, { scope: 'openid email groups' });
    expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    const token = textOf(reply, 'access_token');
    expect(bodyOf(reply)).toEqual({
      access_token: token,
      issued_token_type: accessToken,
      token_type: 'bearer',
      expires_in: 3600,
      scope: 'openid email groups',
    });
    expect(headerOf(token)).toMatchObject({ typ: 'at+jwt' });
    expect(claimsOf(token)).toMatchObject({ iss: issuerId, sub: 'CgN1LTESA2lkcA', aud: 'app', client_id: 'app' });
    expect(bodyOf(await userinfo(harness, token))).toEqual({
      sub: 'CgN1LTESA2lkcA',
      email: 'jane@example.com',
      email_verified: true,
      groups: ['dev', 'ops'],
    });
  });

  it('gives an ID token in its place when that is asked for, which tells of no access token', async () => {
    const harness = await start();
    const reply = await exchange(harness, { requested_token_type: idToken, scope: 'email' });
    expect(bodyOf(reply)).toMatchObject({ issued_token_type: idToken, token_type: 'bearer', scope: 'email' });
    const token = textOf(reply, 'access_token');
    expect(headerOf(token)).not.toHaveProperty('typ');
    expect(Object.keys(claimsOf(token))).toEqual(['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'email', 'email_verified']);
    expect(await userinfo(harness, token)).toMatchObject({ status: 401 });
  });

  it.each([accessToken, idToken])('signs no more than it gives: %s', async (type) => {
    const harness = await start();
    const signer = harness.keys.signer();
    const sign = vi.spyOn(signer, 'sign');
    vi.spyOn(harness.keys, 'signer').mockReturnValue(signer);
    expect(await exchange(harness, { requested_token_type: type })).toMatchObject({ status: 200 });
    expect(sign).toHaveBeenCalledTimes(1);
  });

  it('needs no scope, and names none then', async () => {
    const reply = await exchange(await start());
    expect(bodyOf(reply)).not.toHaveProperty('scope');
    expect(claimsOf(textOf(reply, 'access_token'))).not.toHaveProperty('scope');
  });

  it('gives no refresh token, and does not call offline_access granted', async () => {
    const harness = await start();
    const reply = await exchange(harness, { scope: 'openid offline_access groups' });
    expect(bodyOf(reply)).not.toHaveProperty('refresh_token');
    expect(bodyOf(reply)).toMatchObject({ scope: 'openid groups' });
    expect(claimsOf(textOf(reply, 'access_token'))).toMatchObject({ scope: 'openid groups' });
    expect(harness.asked.map(({ scopes }) => scopes)).toEqual([{ offlineAccess: false, groups: true }]);
  });

  it.each([
    [{ authentication: { time: new Date('2029-12-31T23:00:00Z') } }, { auth_time: 1_893_452_400 }],
    [{}, {}],
  ])('says when the person proved who they are as far as the connector knows: %j', async (known, claim) => {
    const harness = await start({ answer: () => ({ ...jane, ...known }) });
    const { auth_time } = claimsOf(textOf(await exchange(harness), 'access_token'));
    expect(auth_time === undefined ? {} : { auth_time }).toEqual(claim);
  });

  it('lets tokens live as long, and signs them, as the client has it', async () => {
    const client: Client = { ...app, idTokenLifetime: 300, signingAlgorithm: 'EdDSA' };
    const reply = await exchange(await start({ clients: [client] }));
    expect(bodyOf(reply)).toMatchObject({ expires_in: 300 });
    expect(headerOf(textOf(reply, 'access_token'))).toMatchObject({ alg: 'EdDSA' });
  });

  it('is open to a public client, and to no client with a wrong secret', async () => {
    const harness = await start();
    expect(await exchange(harness, { client_id: 'cli', client_secret: undefined })).toMatchObject({ status: 200 });
    expect(await exchange(harness, { client_secret: 'x' })).toMatchObject({ status: 401 });
    expect(harness.asked).toHaveLength(1);
  });

  it('is there for a connector with a form, too', async () => {
    expect(await exchange(await start(), { connector_id: 'ldap' })).toMatchObject({ status: 200 });
  });

  it('may be made of one token by many at once, and stores nothing', async () => {
    const harness = await start();
    const stored = async () => (await harness.storage.scan({ prefix: [], limit: 100 })).keys;
    const before = await stored();
    const replies = await Promise.all(Array.from({ length: 20 }, () => exchange(harness)));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    const ids = replies.map((reply) => claimsOf(textOf(reply, 'access_token')).jti);
    expect(new Set(ids).size).toBe(20);
    expect(await stored()).toEqual(before);
  });

  it('gives access tokens that can be revoked by their id', async () => {
    const harness = await start();
    const token = textOf(await exchange(harness), 'access_token');
    const other = textOf(await exchange(harness), 'access_token');
    const mark = { reason: 'test' };
    await recordStore(harness.storage, revokedToken).create(String(claimsOf(token).jti), mark, {
      expiresAt: new Date(harness.clock.now().getTime() + 1000),
    });
    const replies = await Promise.all([token, other].map((one) => userinfo(harness, one)));
    expect(replies.map(({ status }) => status)).toEqual([401, 200]);
  });
});

describe('an exchange that is refused', () => {
  const urn = 'urn:ietf:params:oauth:token-type:';

  it.each([
    ['no connector_id', { connector_id: undefined }, 'Required param: connector_id.'],
    ['an unknown connector', { connector_id: 'nobody' }, 'Requested connector does not exist.'],
    ['no subject_token', { subject_token: undefined }, 'Required param: subject_token.'],
    ['no subject_token_type', { subject_token_type: '' }, 'Required param: subject_token_type.'],
    [
      'a subject_token_type that the connector does not take',
      { subject_token_type: accessToken },
      `Requested connector does not take this subject_token_type. Name ${idToken}.`,
    ],
    [
      'a requested_token_type that is not here',
      { requested_token_type: `${urn}refresh_token` },
      `Unsupported requested_token_type. Name ${accessToken} or ${idToken}.`,
    ],
    ['an actor', { actor_token: 'x' }, 'actor_token is not supported: nobody can act for somebody else.'],
    ['the type of an actor', { actor_token_type: idToken }, 'actor_token is not supported:'],
  ])('because of %s says so, before the provider is asked', async (_why, overrides, description) => {
    const harness = await start();
    const reply = await exchange(harness, overrides);
    expect(reply).toMatchObject({ status: 400 });
    expect(bodyOf(reply)).toEqual({
      error: 'invalid_request',
      error_description: expect.stringContaining(description),
    });
    expect(harness.asked).toEqual([]);
  });

  it('because the connector cannot exchange says so', async () => {
    expect(bodyOf(await exchange(await startIssuer()))).toEqual({
      error: 'invalid_request',
      error_description: 'Requested connector does not support token exchange.',
    });
  });

  it('because of a scope that nobody knows, or that is for others, names it', async () => {
    const harness = await start();
    const refused = async (scope: string) => bodyOf(await exchange(harness, { scope }));
    expect(await refused('openid admin')).toEqual({
      error: 'invalid_scope',
      error_description: "Unrecognized scope(s) ['admin'].",
    });
    expect(await refused('audience:server:client_id:other')).toEqual({
      error: 'invalid_scope',
      error_description: "Client can't request scope(s) ['audience:server:client_id:other'].",
    });
    expect(harness.asked).toEqual([]);
  });

  it('because the token is no good is invalid_request, and the log names connector and client, but no token', async () => {
    const harness = await start();
    const reply = await exchange(harness, { subject_token: 'stolen-token' });
    expect(reply).toMatchObject({ status: 400 });
    expect(bodyOf(reply)).toMatchObject({
      error: 'invalid_request',
      error_description: expect.stringMatching(/expired/),
    });
    expect(linesOf(harness)).toMatchObject([
      { event: 'request.refused', fields: { detail: { connector: 'idp', client: 'app' } } },
    ]);
    expect(JSON.stringify(harness.log.lines)).not.toContain('stolen-token');
  });

  it.each([
    ['login/not_allowed', 400, 'invalid_request', {}],
    ['login/denied', 400, 'invalid_request', {}],
    ['upstream/unavailable', 503, 'temporarily_unavailable', { 'retry-after': '5' }],
    ['upstream/protocol', 502, 'server_error', {}],
  ] as const satisfies readonly (readonly [ErrorCode, number, string, object])[])(
    'because the connector says %s',
    async (code, status, error, headers) => {
      const harness = await start({
        answer() {
          throw new OstiaryError(code, 'Not now.');
        },
      });
      const reply = await exchange(harness);
      expect(reply).toMatchObject({ status, headers });
      expect(bodyOf(reply)).toEqual({ error, error_description: 'Not now.' });
    },
  );

  it('because the connector could not be opened may be tried again', async () => {
    const harness = await start({
      connectors: (registry) => ({ ...registry, isUnavailable: (id) => id === 'closed' }),
    });
    const reply = await exchange(harness, { connector_id: 'closed' });
    expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  });

  it('because it is said twice', async () => {
    const { browser } = await start();
    const twice = new URLSearchParams([...Object.entries(form()), ['subject_token', 'good']]);
    expect(bodyOf(await browser().send('/token', { form: twice }))).toMatchObject({ error: 'invalid_request' });
  });
});

describe('the log of an exchange', () => {
  it.each([
    [accessToken, 'accessTokenId'],
    [idToken, 'idTokenId'],
  ])('says who it was, and which token was issued: %s', async (type, name) => {
    const harness = await start({ answer: () => ({ ...jane, tenant: 'example.com' }) });
    const token = textOf(await exchange(harness, { requested_token_type: type }), 'access_token');
    const lines = linesOf(harness).map(({ level, event, fields }) => ({ level, event, fields }));
    expect(lines).toEqual([
      {
        ...{ level: 'info', event: 'exchange.successful' },
        fields: {
          ...{ connector: 'idp', client: 'app', user: jane.userId, username: jane.username, groups: jane.groups },
          ...{ preferredUsername: jane.preferredUsername, tenant: 'example.com' },
          ...{ email: jane.email?.address, emailVerified: jane.email?.verified },
        },
      },
      {
        ...{ level: 'info', event: 'token.issued' },
        fields: { grantType, client: 'app', connector: 'idp', [name]: claimsOf(token).jti },
      },
    ]);
  });

  it('has no secret of the connector and no token', async () => {
    const harness = await start();
    const token = textOf(await exchange(harness), 'access_token');
    for (const secret of [token, 'upstream-refresh-token', 'app-secret', 'good']) {
      expect(JSON.stringify(harness.log.lines)).not.toContain(secret);
    }
  });

  it('calls no exchange successful that could not be signed', async () => {
    const harness = await start();
    vi.spyOn(harness.keys, 'signer').mockImplementation(() => {
      throw new OstiaryError('keys/unavailable', 'No key may sign now.');
    });
    expect(await exchange(harness)).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(linesOf(harness).map(({ event }) => event)).toEqual(['request.failed']);
  });
});
