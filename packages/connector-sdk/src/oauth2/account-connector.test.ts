import { OstiaryError, Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openApi } from '../api/index.ts';
import { type FakeOAuthOptions, fakeClock, fakeOAuth, playRedirect, testContext } from '../testing/index.ts';
import { accountConnector } from './account-connector.ts';
import { registeredClient } from './client.ts';
import { readHeldTokens } from './held-tokens.ts';
import type { OAuthProvider } from './login.ts';

const server = { authorizationEndpoint: 'https://idp.example/authorize', tokenEndpoint: 'https://idp.example/token' };
const baseUrl = 'https://api.example';

/** A connector whose provider knows one account; `world` is for the test to change. */
function opened(
  options: Partial<FakeOAuthOptions> & Pick<OAuthProvider, 'endingCodes'> & { readonly issuer?: string } = {},
) {
  const { issuer, endingCodes = [], ...fake } = options;
  const world = { id: 'jane', answer: undefined as (() => Response) | undefined };
  const idp = fakeOAuth({
    ...server,
    api: () => world.answer?.() ?? Response.json({ id: world.id }),
    ...fake,
  });
  const clock = fakeClock();
  const { random } = testContext();
  const registration = { clientID: 'ostiary', clientSecret: new Secret('client-secret-9f2c') };
  const readFile = async (): Promise<string> => '';
  const connector = accountConnector({
    context: { id: 'test', now: clock.now },
    provider: {
      server: issuer === undefined ? server : { ...server, issuer },
      client: registeredClient(registration, { readFile, method: 'client_secret_post' }),
      transport: { fetch: idp.fetch, now: clock.now },
      random,
      endingCodes,
    },
    scopes: () => ['who'],
    async identify({ accessToken }) {
      const account = await openApi({ fetch: idp.fetch, baseUrl, accessToken }).get(
        '/me',
        z.object({ id: z.string() }),
      );
      if (account.id === 'banned') throw new OstiaryError('login/not_allowed', 'No.');
      return { userId: account.id, username: account.id, groups: [] };
    },
  });
  return { idp, clock, world, connector, ...playRedirect(connector, idp) };
}

/** How a token endpoint says no. */
interface Refusal extends Pick<OAuthProvider, 'endingCodes'> {
  readonly status?: number;
}

const tokenRequests = ({ requests }: { readonly requests: readonly Request[] }): number =>
  requests.filter(({ url }) => url === server.tokenEndpoint).length;

describe('a login', () => {
  it.each([
    ['application_suspended', 'application_suspended'],
    ['invalid_resource', 'invalid_resource'],
    ['jane@example.com', 'another error'],
  ])('that comes back with %s says so in the log: %s', async (error, logged) => {
    const { connector } = opened();
    const back = new URLSearchParams({ error, state: 'state-1' });
    const { login } = playRedirect(connector, { visit: () => back });
    await expect(login()).rejects.toMatchObject({ code: 'upstream/protocol', detail: { error: logged } });
  });

  it('keeps the tokens and when they end', async () => {
    const { login, clock } = opened({ expiresInSeconds: 300, refreshTokens: 'rotate' });
    const held = readHeldTokens(await login());
    expect(held?.accessToken.reveal()).toMatch(/^access-/u);
    expect(held?.refreshToken?.reveal()).toMatch(/^refresh-/u);
    expect(held?.expiresAt).toEqual(new Date(clock.now().getTime() + 300_000));
  });

  it.each([
    ['form-encoded', (tokens: Record<string, unknown>) => new Response(form(tokens), formHeaders)],
    ['as plain text', (tokens: Record<string, unknown>) => new Response(form(tokens), textHeaders)],
    ['without a type', ({ token_type: _type, ...tokens }: Record<string, unknown>) => Response.json(tokens)],
    [
      'with an ID token that nobody asked for',
      (tokens: Record<string, unknown>) => Response.json({ ...tokens, id_token: 'a.b.c' }),
    ],
    ...['refresh_token', 'scope', 'expires_in', 'token_type', 'id_token'].flatMap((name) =>
      [null, ''].map((value): [string, (tokens: Record<string, unknown>) => Response] => [
        `with ${name} ${JSON.stringify(value)}`,
        (tokens) => Response.json({ ...tokens, [name]: value }),
      ]),
    ),
    [
      'form-encoded with an empty refresh token',
      (tokens) => new Response(form({ ...tokens, refresh_token: '' }), formHeaders),
    ],
    ['with an error that is empty', (tokens) => Response.json({ ...tokens, error: '' })],
    ['with a time as text', (tokens: Record<string, unknown>) => Response.json({ ...tokens, expires_in: '300' })],
  ])('takes tokens that come %s', async (_how, tokenAnswer) => {
    const { login } = opened({ tokenAnswer });
    expect(await login()).toMatchObject({ userId: 'jane' });
  });

  it('takes an error that comes with 200 for an error', async () => {
    const { login } = opened({ tokenAnswer: () => Response.json({ error: 'bad_verification_code' }) });
    await expect(login()).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it('compares iss with the issuer where that is known, and only there (RFC 9207)', async () => {
    for (const [issuer, iss, ok] of [
      ['https://idp.example', 'https://idp.example', true],
      ['https://idp.example', 'https://evil.example', false],
      [undefined, 'https://who.knows.example', true],
    ] as const) {
      const { connector, idp } = opened(issuer === undefined ? {} : { issuer });
      const { login } = playRedirect(connector, {
        visit(url) {
          const params = idp.visit(url);
          params.set('iss', iss);
          return params;
        },
      });
      const outcome = await login().then(
        () => true,
        () => false,
      );
      expect(outcome, `${issuer} and ${iss}`).toBe(ok);
    }
  });
});

const formHeaders = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
const textHeaders = { headers: { 'content-type': 'text/plain; charset=utf-8' } };
const form = (tokens: Record<string, unknown>): URLSearchParams =>
  new URLSearchParams(Object.entries(tokens).map(([name, value]): [string, string] => [name, String(value)]));

describe('a refresh', () => {
  it('uses the access token until it ends, then the refresh token', async () => {
    const { login, refresh, clock, idp } = opened({ expiresInSeconds: 300, refreshTokens: 'rotate' });
    const before = await login();
    clock.advance(280);
    const same = await refresh(before);
    expect(tokenRequests(idp)).toBe(1);
    clock.advance(11);
    expect(await refresh(same === 'rejected' ? before : same)).toMatchObject({ userId: 'jane' });
    expect(tokenRequests(idp)).toBe(2);
  });

  it('uses the refresh token when the access token is refused early', async () => {
    const { login, refresh, idp } = opened({ refreshTokens: 'last' });
    const before = await login();
    idp.endAccess();
    const renewed = await refresh(before);
    expect(renewed).toMatchObject({ userId: 'jane' });
    expect(renewed !== 'rejected' && readHeldTokens(renewed)?.refreshToken?.reveal()).toBe(
      readHeldTokens(before)?.refreshToken?.reveal(),
    );
  });

  it('ends without a refresh token when the access token is refused, or has ended', async () => {
    const { login, refresh, idp, clock } = opened({ expiresInSeconds: 300 });
    const before = await login();
    clock.advance(301);
    expect(await refresh(before)).toBe('rejected');
    const again = await login();
    idp.endAccess();
    expect(await refresh(again)).toBe('rejected');
  });

  /** A refresh that the token endpoint answers with an error. */
  async function refused(error: string, { status = 400, endingCodes = [] }: Refusal = {}) {
    let failing = false;
    const tokenAnswer = (tokens: Record<string, unknown>): Response =>
      failing ? Response.json({ error }, { status }) : Response.json(tokens);
    const options = { refreshTokens: 'last', expiresInSeconds: 300, tokenAnswer, endingCodes } as const;
    const { login, refresh, clock } = opened(options);
    const before = await login();
    failing = true;
    clock.advance(301);
    return refresh(before);
  }

  it.each([
    'invalid_grant',
    'bad_refresh_token',
    'interaction_required',
    'login_required',
    'consent_required',
    'account_selection_required',
    'access_denied',
  ])('ends when the provider says %s, with 400 or 200', async (error) => {
    for (const status of [200, 400]) expect(await refused(error, { status })).toBe('rejected');
  });

  it.each(['invalid_client', 'unauthorized_client', 'invalid_scope', 'invalid_request', 'made_up'])(
    'goes on when the provider says %s: it may be the fault of this service',
    async (error) => {
      await expect(refused(error)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    },
  );

  it("ends at a provider's own code", async () => {
    expect(await refused('made_up', { endingCodes: ['made_up'] })).toBe('rejected');
  });

  it('does not lose a token that was renewed when the API is down then', async () => {
    const { login, refresh, clock, world, idp } = opened({ expiresInSeconds: 300, refreshTokens: 'rotate' });
    const before = await login();
    clock.advance(301);
    world.answer = () => new Response('', { status: 503 });
    let kept = before;
    const persist = async (connectorData: Secret) => {
      kept = { ...before, connectorData };
    };
    await expect(refresh(before, {}, persist)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    world.answer = undefined;
    expect(await refresh(kept)).toMatchObject({ userId: 'jane' });
    expect(tokenRequests(idp)).toBe(2);
  });

  it('stores nothing on the way when the provider goes on with the old refresh token', async () => {
    const { login, refresh, clock } = opened({ expiresInSeconds: 300, refreshTokens: 'last' });
    const before = await login();
    clock.advance(301);
    const persist = () => Promise.reject(new Error('nothing was spent'));
    expect(await refresh(before, {}, persist)).toMatchObject({ userId: 'jane' });
  });

  it('keeps the login when the API is down and nothing was renewed', async () => {
    const { login, refresh, world } = opened();
    const before = await login();
    world.answer = () => new Response('', { status: 503 });
    await expect(refresh(before)).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });

  it('ends when an allow-list refuses, and when the account has another id', async () => {
    const { login, refresh, world } = opened();
    const before = await login();
    world.id = 'banned';
    expect(await refresh(before)).toBe('rejected');
    world.id = 'joe';
    expect(await refresh(before)).toBe('rejected');
  });

  it.each([undefined, 'no json', '{}'])('ends with data it cannot read: %s', async (data) => {
    const { refresh, login } = opened();
    const { connectorData: _old, ...identity } = await login();
    expect(await refresh(data === undefined ? identity : { ...identity, connectorData: new Secret(data) })).toBe(
      'rejected',
    );
  });
});
