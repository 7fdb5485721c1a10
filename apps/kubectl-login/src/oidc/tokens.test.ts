import { type Fetch, Secret } from '@ostiary/primitives';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import { beforeAll, describe, expect, it } from 'vitest';
import { isSessionEnded } from './oidc-error.ts';
import type { Provider } from './provider.ts';
import { toCredential } from './to-session.ts';
import { redeemCode, refreshTokens } from './tokens.ts';

const issuer = 'https://login.example.com';
// The library compares with the clock of this machine, so this is the present, in whole seconds.
const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const seconds = now.getTime() / 1000;
const nonce = 'the-nonce';
let key: CryptoKey;
let stranger: CryptoKey;
let jwks: object;
beforeAll(async () => {
  const [mine, theirs] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  [key, stranger] = [mine.privateKey, theirs.privateKey];
  jwks = { keys: [{ ...(await exportJWK(mine.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] };
});

interface Claims extends JWTPayload {
  readonly nonce?: string;
}

const claims: Claims = { iss: issuer, aud: 'kubectl', sub: 'jane', iat: seconds, exp: seconds + 600, nonce };

const sign = (payload: Claims, by: CryptoKey = key): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(by);

/** A token that nobody signed. */
const unsigned = (payload: Claims): string =>
  [{ alg: 'none' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
    .concat('.');

/** An issuer whose token endpoint answers this. */
function provider(answer: object, { status = 200, date = now }: { status?: number; date?: Date } = {}): Provider {
  const fetch: Fetch = async (input) => {
    const headers = { date: date.toUTCString() };
    if (String(input) === `${issuer}/keys`) return Response.json(jwks, { headers });
    return Response.json(answer, { status, headers });
  };
  const as = { issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` };
  return { as, fetch, now: () => now, skewSeconds: undefined };
}

const body = (idToken: string | undefined): object => ({
  access_token: 'at',
  token_type: 'bearer',
  refresh_token: 'rt-2',
  ...(idToken === undefined ? {} : { id_token: idToken }),
});

function redeem(from: Provider) {
  const parameters = new URLSearchParams({ code: 'c', state: 's' });
  const callback = oauth.validateAuthResponse(from.as, { client_id: 'kubectl' }, parameters, 's');
  const ask = {
    clientId: 'kubectl',
    callback,
    redirectUri: 'http://127.0.0.1:1/cb',
    codeVerifier: 'v'.repeat(43),
    nonce,
  };
  return redeemCode(ask, from);
}

const refresh = (from: Provider, subject = 'jane') =>
  refreshTokens({ clientId: 'kubectl', refreshToken: new Secret('rt-1'), subject }, from);

describe('an ID token', () => {
  it('that is right is taken, with how long it lives from now on', async () => {
    const { idToken, refreshToken } = await redeem(provider(body(await sign(claims))));
    expect(idToken).toMatchObject({ claims: { sub: 'jane' }, receivedAt: now.getTime(), livesMs: 600_000 });
    expect(refreshToken?.reveal()).toBe('rt-2');
  });

  it.each<[string, { [K in keyof Claims]?: Claims[K] | undefined }]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another client', { aud: 'other' }],
    ['for others too, without saying for whom', { aud: ['kubectl', 'other'] }],
    ['of another login', { nonce: 'another' }],
    ['without a nonce', { nonce: undefined }],
    ['whose time is over', { exp: seconds - 60 }],
    ['without an end', { exp: undefined }],
    ['without a subject', { sub: undefined }],
  ])('%s is refused', async (_what, wrong) => {
    const entries = Object.entries({ ...claims, ...wrong }).filter(([, value]) => value !== undefined);
    const token = await sign(Object.fromEntries(entries));
    await expect(redeem(provider(body(token)))).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it('that somebody else signed, or nobody, is refused', async () => {
    for (const token of [await sign(claims, stranger), unsigned(claims), 'not.a.token', '']) {
      await expect(redeem(provider(body(token)))).rejects.toMatchObject({ code: 'upstream/protocol' });
    }
  });

  it.each([1e13, 1e300])('that ends in %d seconds, which is no date, is good for a year', async (exp) => {
    const { idToken } = await redeem(provider(body(await sign({ ...claims, exp }))));
    if (idToken === undefined) throw new Error('no ID token');
    const year = 365 * 86_400_000;
    expect(idToken.livesMs).toBe(year);
    expect(toCredential(idToken).expiresAt).toBe(now.getTime() + year);
  });

  it('must come with a code', async () => {
    await expect(redeem(provider(body(undefined)))).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it.each([-300, 300])('is judged by the clock of the issuer, which is %i seconds ahead of ours', async (ahead) => {
    const at = seconds + ahead;
    const token = await sign({ ...claims, iat: at, exp: at + 100 });
    const { idToken } = await redeem(provider(body(token), { date: new Date(at * 1000) }));
    expect(idToken?.livesMs).toBe(100_000);
  });
});

describe('a refresh', () => {
  const { nonce: _none, ...again } = claims;

  it('gives a new token of the same person', async () => {
    expect(await refresh(provider(body(await sign(again))))).toMatchObject({ idToken: { claims: { sub: 'jane' } } });
  });

  it('that gives a token of another person changes nothing', async () => {
    const other = provider(body(await sign({ ...again, sub: 'mallory' })));
    await expect(refresh(other)).rejects.toThrow('a token of another person');
  });

  it('may give no ID token', async () => {
    expect((await refresh(provider(body(undefined)))).idToken).toBeUndefined();
  });

  it.each([
    ['invalid_grant', 400, true],
    ['invalid_client', 400, false],
    ['invalid_request', 400, false],
  ])('that is refused with %s ends the session: %s', async (error, status, ended) => {
    const thrown = await refresh(provider({ error }, { status })).catch((reason: unknown) => reason);
    expect(isSessionEnded(thrown)).toBe(ended);
  });

  it.each([429, 500, 503])('that is answered with %i is no end: it may be asked again', async (status) => {
    await expect(refresh(provider({ error: 'invalid_grant' }, { status }))).rejects.toMatchObject({
      code: 'upstream/unavailable',
    });
  });
});
