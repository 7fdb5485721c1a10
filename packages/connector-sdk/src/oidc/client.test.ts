import { type Fetch, isOstiaryError, Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { protocol, redirectUri, setUp, state, unavailable } from '../../test/openid-login.ts';
import type { TokenSet } from '../oauth2/tokens.ts';
import { httpOver, type Lies } from '../testing/index.ts';
import { finishLogin, type RefreshRequest, refreshLogin } from './client.ts';

describe('beginLogin', () => {
  it('sends PKCE S256, a nonce, the state and openid', async () => {
    const { begin } = await setUp();
    const { url, keep } = await begin();
    const { searchParams } = new URL(url);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: 'code',
      scope: 'openid profile email',
      state,
      redirect_uri: redirectUri,
      code_challenge_method: 'S256',
      nonce: expect.stringMatching(/^[\w-]{43}$/u),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/u),
    });
    expect(JSON.stringify(keep)).toContain(searchParams.get('nonce'));
    expect(url).not.toContain(String(Object(keep).verifier));
  });

  it('sends plain only when it is configured, and then as a challenge', async () => {
    const { begin, login } = await setUp({ client: { pkce: 'plain' } });
    const { url, keep } = await begin();
    const { searchParams } = new URL(url);
    expect(searchParams.get('code_challenge_method')).toBe('plain');
    expect(searchParams.get('code_challenge')).toBe(Object(keep).verifier);
    expect(searchParams.has('code_verifier')).toBe(false);
    await expect(login()).resolves.toHaveProperty('claims');
  });

  it('sends no challenge to a provider that lists methods without S256', async () => {
    const { idp, begin } = await setUp();
    idp.lies.discovery = { code_challenge_methods_supported: ['plain'] };
    expect(new URL((await begin()).url).searchParams.has('code_challenge')).toBe(false);
  });

  it.each(['authorization_endpoint', 'token_endpoint'])(
    'sends nobody to a provider without %s, and says what it is good for',
    async (endpoint) => {
      const { idp, begin } = await setUp();
      idp.lies.discovery = { [endpoint]: undefined };
      const detail = { reason: `no ${endpoint}`, remedy: expect.stringContaining('token exchange only') };
      await expect(begin()).rejects.toMatchObject({ ...protocol, detail });
    },
  );

  it('uses another nonce and verifier for every login', async () => {
    const { begin } = await setUp();
    expect((await begin()).keep).not.toEqual((await begin()).keep);
  });
});

describe('finishLogin', () => {
  it.each(['ES256', 'RS256', 'PS256', 'EdDSA'])(
    'verifies the ID token and answers its claims: %s',
    async (algorithm) => {
      const { login } = await setUp({ idp: { algorithm } });
      const { claims, tokens } = await login();
      expect(claims).toMatchObject({ sub: 'jane-1', email: 'jane@example.com' });
      expect(tokens.refreshToken?.reveal()).toMatch(/^refresh-/u);
    },
  );

  it.each<[string, Partial<Lies>]>([
    ['nonce', { idToken: { nonce: undefined } }],
    ['nonce', { idToken: { nonce: 'x' } }],
    ['aud', { idToken: { aud: 'other' } }],
    ['iss', { idToken: { iss: 'https://evil.example' } }],
    ['iss', { discovery: { authorization_response_iss_parameter_supported: true }, callbackIssuer: null }],
  ])('says in the log which field is not as it should be: %s', async (field, lies) => {
    const { idp, login } = await setUp();
    Object.assign(idp.lies, lies);
    await expect(login()).rejects.toMatchObject({ ...protocol, detail: { field } });
  });

  it.each<[string, Partial<Lies>]>([
    ['issuer of the discovery document', { discovery: { issuer: 'https://evil.example' } }],
    ['issuer with another slash', { discovery: { issuer: 'https://idp.example/' } }],
    ['issuer of the token', { idToken: { iss: 'https://evil.example' } }],
    ['audience', { idToken: { aud: 'other' } }],
    ['several audiences without azp', { idToken: { aud: ['ostiary', 'other'] } }],
    ['several audiences, azp of another', { idToken: { aud: ['ostiary', 'other'], azp: 'other' } }],
    ['azp of another', { idToken: { azp: 'other' } }],
    ['nonce missing', { idToken: { nonce: undefined } }],
    ['nonce of another login', { idToken: { nonce: 'x' } }],
    ['expired', { idToken: { exp: Date.parse('2029-12-31T23:58:59Z') / 1000 } }],
    ['no expiry', { idToken: { exp: undefined } }],
    ['not valid yet', { idToken: { nbf: Date.parse('2030-01-01T00:02:00Z') / 1000 } }],
    ['issued in the future', { idToken: { iat: Date.parse('2030-01-01T00:02:00Z') / 1000 } }],
    ['no sub', { idToken: { sub: undefined } }],
    ['empty sub', { idToken: { sub: '' } }],
    ['numeric sub', { idToken: { sub: 7 } }],
    ['signature of another key', { signature: 'forged' }],
    ['changed signature', { signature: 'broken' }],
    ['alg none', { signature: 'none' }],
    ['HS256 with the public key', { signature: 'HS256 with the public key' }],
    [
      'HS256 with the public key, advertised',
      {
        signature: 'HS256 with the public key',
        discovery: { id_token_signing_alg_values_supported: ['HS256', 'ES256'] },
      },
    ],
    [
      'alg none, advertised',
      { signature: 'none', discovery: { id_token_signing_alg_values_supported: ['none', 'ES256'] } },
    ],
    ['no ID token', { withoutIdToken: true }],
    ['RFC 9207 issuer of another', { callbackIssuer: 'https://evil.example' }],
    ['RFC 9207 issuer missing though promised', { callbackIssuer: null }],
    ['token endpoint without TLS', { discovery: { token_endpoint: 'http://idp.example/token' } }],
    ['token endpoint on this machine', { discovery: { token_endpoint: 'http://127.0.0.1/token' } }],
    ['endpoint that is no URL', { discovery: { token_endpoint: 7 } }],
    ['endpoint that is a script', { discovery: { authorization_endpoint: 'javascript:alert(1)' } }],
    ['huge token answer', { answers: { token: 'huge' } }],
    ['huge discovery', { answers: { discovery: 'huge' } }],
    ['huge key set', { answers: { jwks: 'huge' } }],
    ['broken JSON', { answers: { token: 'broken JSON' } }],
    ['broken discovery', { answers: { discovery: 'broken JSON' } }],
    ['broken key set', { answers: { jwks: 'broken JSON' } }],
    ['HTML in place of JSON', { answers: { token: 'HTML' } }],
    ['redirect to somewhere else', { answers: { token: 'redirect' } }],
    ['redirect of discovery', { answers: { discovery: 'redirect' } }],
    ['redirect of the keys', { answers: { jwks: 'redirect' } }],
    ['invalid_client', { tokenError: 'invalid_client' }],
    ['invalid_grant', { tokenError: 'invalid_grant' }],
    ['an error nobody knows', { tokenError: 'code-0-30' }],
  ])('does not believe: %s', async (_what, lie) => {
    const { idp, login } = await setUp();
    Object.assign(idp.lies, lie);
    await expect(login()).rejects.toMatchObject(protocol);
  });

  it('says of an encrypted ID token that it is encrypted, and what to do', async () => {
    const { idp, login } = await setUp();
    idp.lies.signature = 'encrypted';
    const detail = { reason: 'token that is encrypted', remedy: 'let the provider sign it and not encrypt it' };
    await expect(login()).rejects.toMatchObject({ ...protocol, detail });
  });

  it.each<[string, Partial<Lies>]>([
    ['discovery down', { answers: { discovery: 'down' } }],
    ['discovery 503', { answers: { discovery: { status: 503 } } }],
    ['keys down', { answers: { jwks: 'down' } }],
    ['token endpoint down', { answers: { token: 'down' } }],
    ['token endpoint 500', { answers: { token: { status: 500, body: '{"error":"x"}' } } }],
    ['429', { answers: { token: { status: 429, headers: { 'retry-after': '9' } } } }],
    ['temporarily_unavailable', { tokenError: 'temporarily_unavailable' }],
  ])('is unavailable, and works when it is up again: %s', async (_what, lie) => {
    const { idp, login } = await setUp();
    Object.assign(idp.lies, lie);
    await expect(login()).rejects.toMatchObject(unavailable);
    idp.lies.answers = {};
    delete idp.lies.tokenError;
    await expect(login()).resolves.toHaveProperty('claims.sub', 'jane-1');
  });

  it('gives up on a provider that never answers', async () => {
    const { idp, login } = await setUp({ network: (fetch) => httpOver(fetch, { timeoutMs: 20 })() });
    idp.lies.answers.token = 'slow';
    await expect(login()).rejects.toMatchObject(unavailable);
  });

  it.each([
    ['access_denied', 'login/denied'],
    ['login_required', 'login/denied'],
    ['server_error', 'upstream/unavailable'],
    ['temporarily_unavailable', 'upstream/unavailable'],
    ['invalid_scope', 'upstream/protocol'],
  ])('maps the error %s to %s', async (error, code) => {
    const { idp, client, begin } = await setUp();
    const { url, keep } = await begin();
    const params = idp.decline(url, error);
    await expect(finishLogin(client, { redirectUri, state, params, keep })).rejects.toMatchObject({ code });
  });

  it('refuses a state, a nonce or a verifier of another login', async () => {
    const { idp, client, begin, login } = await setUp();
    await expect(login((params) => params.set('state', 'state-2'))).rejects.toMatchObject(protocol);
    await expect(login((params) => params.delete('state'))).rejects.toMatchObject(protocol);
    const mine = await begin();
    const theirs = await begin();
    const params = idp.visit(theirs.url);
    await expect(finishLogin(client, { redirectUri, state, params, keep: mine.keep })).rejects.toMatchObject(protocol);
    await expect(finishLogin(client, { redirectUri, state, params, keep: null })).rejects.toMatchObject({
      code: 'login/expired',
    });
  });

  it('asks the token endpoint nothing before the issuer of the answer is known to be right (mix-up)', async () => {
    const { idp, login } = await setUp();
    idp.lies.callbackIssuer = 'https://evil.example';
    await expect(login()).rejects.toMatchObject(protocol);
    expect(idp.requests.map((request) => new URL(request.url).pathname)).not.toContain('/token');
  });

  it('takes a token from a provider whose clock is a little ahead or behind', async () => {
    const { idp, login } = await setUp();
    const now = Date.parse('2030-01-01T00:00:00Z') / 1000;
    idp.lies.idToken = { iat: now + 59, nbf: now + 59, exp: now - 59 };
    await expect(login()).resolves.toHaveProperty('claims');
  });

  it('keeps tokens, codes and secrets out of errors', async () => {
    const { idp, login } = await setUp();
    idp.lies.idToken = { iss: 'https://evil.example' };
    const error: unknown = await login().catch((thrown: unknown) => thrown);
    if (!isOstiaryError(error)) throw new Error('expected an OstiaryError');
    const text = JSON.stringify([error.message, error.detail, error.stack, String(error.cause)]);
    for (const secret of [...idp.issued, idp.clientSecret]) expect(text).not.toContain(secret);
    expect(error.cause).toBeUndefined();
  });

  it.each([
    ['client_secret_basic', ['client_secret_basic', 'client_secret_post'], true],
    ['client_secret_post', ['client_secret_post'], false],
    ['undefined', undefined, true],
  ])('sends the secret one way, by what the provider lists: %s', async (_method, listed, basic) => {
    const { idp, login } = await setUp();
    idp.lies.discovery = { token_endpoint_auth_methods_supported: listed };
    await login();
    const token = idp.requests.filter((request) => request.url.endsWith('/token'));
    expect(token).toHaveLength(1);
    expect(token[0]?.headers.has('authorization')).toBe(basic);
  });
});

describe('members of a token answer that are null or empty', () => {
  it.each([null, ''])('count as left out: %j', async (blank) => {
    const blanks = { refresh_token: blank, scope: blank, expires_in: blank };
    const network =
      (idp: Fetch): Fetch =>
      async (input, init) => {
        const answer = await httpOver(idp)()(input, init);
        const isToken = new URL(new Request(input).url).pathname.endsWith('/token');
        return isToken ? Response.json({ ...Object(await answer.json()), ...blanks }) : answer;
      };
    const { login } = await setUp({ network });
    const { tokens, claims } = await login();
    expect(claims.sub).toBe('jane-1');
    expect(tokens).not.toHaveProperty('refreshToken');
  });
});

describe('refreshLogin', () => {
  const asking = (refreshToken = new Secret(''), told: TokenSet[] = []): RefreshRequest => ({
    refreshToken,
    subject: 'jane-1',
    persist: async (tokens) => void told.push(tokens),
  });

  it('answers new tokens, the rotated refresh token and verified claims', async () => {
    const { client, login } = await setUp();
    const { tokens } = await login();
    const first = tokens.refreshToken ?? new Secret('');
    const second = await refreshLogin(client, asking(first));
    if (second === 'rejected') throw new Error('unexpected');
    expect(second.claims?.sub).toBe('jane-1');
    expect(second.tokens.refreshToken?.reveal()).not.toBe(first.reveal());
    expect(await refreshLogin(client, asking(first))).toBe('rejected');
  });

  it('is rejected when the provider says that the grant is over', async () => {
    const { idp, client, login } = await setUp();
    const { tokens } = await login();
    idp.lies.refreshToken = 'revoked';
    expect(await refreshLogin(client, asking(tokens.refreshToken))).toBe('rejected');
  });

  it.each<[string, Partial<Lies>, object]>([
    ['invalid_client', { tokenError: 'invalid_client' }, unavailable],
    ['unauthorized_client', { tokenError: 'unauthorized_client' }, unavailable],
    ['token endpoint down', { answers: { token: 'down' } }, unavailable],
    ['503', { answers: { token: { status: 503 } } }, unavailable],
    ['another account', { idToken: { sub: 'jane-2' } }, protocol],
    ['forged signature', { signature: 'forged' }, protocol],
    ['another audience', { idToken: { aud: 'other' } }, protocol],
    ['encrypted', { signature: 'encrypted' }, { ...protocol, detail: { reason: 'token that is encrypted' } }],
  ])('keeps the login and says why: %s', async (_what, lie, expected) => {
    const { idp, client, login } = await setUp();
    const { tokens } = await login();
    Object.assign(idp.lies, lie);
    const refreshing = refreshLogin(client, asking(tokens.refreshToken));
    await expect(refreshing).rejects.toMatchObject(expected);
  });

  it.each<[string, Partial<Lies>]>([
    ['forged', { signature: 'forged' }],
    ['encrypted', { signature: 'encrypted' }],
    ['for another client', { idToken: { aud: 'other' } }],
    ['over', { idToken: { exp: 1 } }],
  ])('tells the new tokens before it looks at them, for the old ones may be spent: %s', async (_what, lie) => {
    const { idp, client, login } = await setUp();
    const { tokens } = await login();
    Object.assign(idp.lies, lie);
    const told: TokenSet[] = [];
    await expect(refreshLogin(client, asking(tokens.refreshToken, told))).rejects.toMatchObject(protocol);
    expect(told[0]?.refreshToken?.reveal()).toMatch(/^refresh-/u);
    expect(told[0]?.refreshToken?.reveal()).not.toBe(tokens.refreshToken?.reveal());
  });

  it('takes whoever it is of a login that did not keep who it was', async () => {
    const { client, login } = await setUp();
    const { tokens } = await login();
    const answer = await refreshLogin(client, { ...asking(tokens.refreshToken), subject: undefined });
    expect(answer).toHaveProperty('claims.sub', 'jane-1');
  });

  it('takes an answer without an ID token', async () => {
    const { idp, client, login } = await setUp();
    const { tokens } = await login();
    idp.lies.withoutIdToken = true;
    const answer = await refreshLogin(client, asking(tokens.refreshToken));
    expect(answer).not.toHaveProperty('claims');
    expect(answer).toHaveProperty('tokens.accessToken');
  });
});
