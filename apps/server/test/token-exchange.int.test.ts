/** Token exchange at the built server, with ID tokens of a real provider and clients that know only the standards. */
import { encodeSubject } from '@ostiary/token-core';
import { type OpenIdProvider, signIn, startOpenIdProvider } from '@ostiary/tooling-servers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltServer, startBuiltServer } from './built-server.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const idToken = 'urn:ietf:params:oauth:token-type:id_token';
const redirectUri = 'http://127.0.0.1:9/callback';
const secret = 'upstream-secret-upstream-secret-1';
const jane = {
  sub: 'jane',
  claims: { name: 'Jane Doe', email: 'jane@example.com', email_verified: true, groups: ['dev'] },
};
const insecure = { execute: [client.allowInsecureRequests] };

const registered = (client_id: string) => ({ client_id, client_secret: secret, redirect_uris: [redirectUri] });

const startProvider = (): Promise<OpenIdProvider> =>
  startOpenIdProvider({ clients: ['ostiary', 'another'].map(registered), accounts: [jane] });

function startServer(provider: OpenIdProvider): Promise<BuiltServer> {
  const config = `{ issuer: "${provider.issuer}", clientID: ostiary, insecureEnableGroups: true }`;
  const grants = `grantTypes: ["${grantType}"]`;
  return startBuiltServer({ connector: `{ type: oidc, id: jobs, name: Jobs, ${grants}, config: ${config} }` });
}

/** The tokens that the provider gives for its client. */
async function upstreamTokens(provider: OpenIdProvider, clientId: string): Promise<{ id: string; access: string }> {
  const config = await client.discovery(new URL(provider.issuer), clientId, secret, undefined, insecure);
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedNonce = client.randomNonce();
  const authorizationUrl = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid email profile groups',
    nonce: expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const callback = await signIn({ authorizationUrl, sub: jane.sub });
  const tokens = await client.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedNonce });
  return { id: tokens.id_token ?? '', access: tokens.access_token };
}

/** Exchanges a token as a client that knows the issuer by its discovery document. */
async function exchange(
  { url }: BuiltServer,
  subjectToken: string,
  more: Readonly<Record<string, string>> = {},
): Promise<client.TokenEndpointResponse> {
  const config = await client.discovery(new URL(url), 'app', 'app-secret', undefined, insecure);
  const ask = { connector_id: 'jobs', subject_token: subjectToken, subject_token_type: idToken, ...more };
  return client.genericGrantRequest(config, grantType, ask);
}

describe('token exchange at the built server', () => {
  const stack = new AsyncDisposableStack();
  let provider: OpenIdProvider;
  let server: BuiltServer;
  beforeAll(async () => {
    provider = stack.use(await startProvider());
    server = stack.use(await startServer(provider));
  });
  afterAll(() => stack.disposeAsync());

  it('gives an ID token that whoever knows the issuer can verify', async () => {
    const { id } = await upstreamTokens(provider, 'ostiary');
    const scope = 'openid email groups profile';
    const reply = await exchange(server, id, { requested_token_type: idToken, scope });
    expect(reply).toMatchObject({ issued_token_type: idToken, token_type: 'bearer', expires_in: 3600, scope });
    const { payload } = await jwtVerify(reply.access_token, createRemoteJWKSet(new URL(`${server.url}/keys`)), {
      issuer: server.url,
      audience: 'app',
    });
    expect(payload).toMatchObject({
      sub: encodeSubject({ userId: 'jane', connectorId: 'jobs' }),
      ...{ email: 'jane@example.com', email_verified: true, groups: ['dev'], name: 'Jane Doe' },
    });
  });

  it('gives an access token that /userinfo believes', async () => {
    const { id } = await upstreamTokens(provider, 'ostiary');
    const { access_token } = await exchange(server, id, { scope: 'groups' });
    const config = await client.discovery(new URL(server.url), 'app', 'app-secret', undefined, insecure);
    const sub = encodeSubject({ userId: 'jane', connectorId: 'jobs' });
    expect(await client.fetchUserInfo(config, access_token, sub)).toEqual({ sub, groups: ['dev'] });
  });

  it('takes one token from many at once', async () => {
    const { id } = await upstreamTokens(provider, 'ostiary');
    const replies = await Promise.all(Array.from({ length: 20 }, () => exchange(server, id)));
    expect(new Set(replies.map((reply) => reply.access_token)).size).toBe(20);
  });

  it('takes no ID token that is for another client of the provider, and no access token', async () => {
    const { id, access } = await upstreamTokens(provider, 'another');
    const refused = { error: 'invalid_request', status: 400 };
    await expect(exchange(server, id)).rejects.toMatchObject(refused);
    await expect(exchange(server, access)).rejects.toMatchObject(refused);
    await expect(exchange(server, access, { subject_token_type: accessToken })).rejects.toMatchObject(refused);
    await expect
      .poll(() => server.server.log())
      .toMatch(/msg=exchange\.rejected connector=jobs .*ERR_JWT_CLAIM_VALIDATION_FAILED/);
    for (const secretPart of [id, access]) expect(server.server.log()).not.toContain(secretPart);
  });
});

it('says that it may be tried again while the provider is down, and takes the token once it is up', async () => {
  await using provider = await startProvider();
  await using server = await startServer(provider);
  const { id } = await upstreamTokens(provider, 'ostiary');
  await provider.goDown();
  const ask = new URLSearchParams({ connector_id: 'jobs', subject_token: id, subject_token_type: idToken });
  ask.append('grant_type', grantType);
  const headers = { authorization: `Basic ${btoa('app:app-secret')}` };
  const reply = await fetch(`${server.url}/token`, { method: 'POST', headers, body: ask });
  expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await reply.json()).toMatchObject({ error: 'temporarily_unavailable' });
  await provider.comeUp();
  expect(await exchange(server, id)).toMatchObject({ issued_token_type: accessToken });
});
