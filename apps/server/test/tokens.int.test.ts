/** Programs that are not ours ask the built server about tokens, and end them. */
import { encodeSubject } from '@ostiary/token-core';
import { createAuthority, requireTool, startApacheApi } from '@ostiary/tooling-servers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltServer, logIn, refresh, revoke, startBuiltServer } from './built-server.ts';

const rules =
  '{ audiences: [app], claimMappings: { username: { claim: email, prefix: "" }, groups: { claim: groups, prefix: "" } } }';
const clients = [
  `{ id: cluster, name: Cluster, secret: cluster-secret, tokenReview: ${rules} }`,
  '{ id: api, name: API, secret: api-secret, redirectURIs: ["https://api.example/cb"], trustedPeers: [app] }',
];

/** As an API server asks about a token. */
const review = (url: string, token: unknown, more: RequestInit = {}): Promise<Response> =>
  fetch(`${url}/token/review`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa('cluster:cluster-secret')}` },
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } }),
    ...more,
  });

const lacking = requireTool('openssl', 'apache2', 'mod_auth_openidc.so');

/** A client of the issuer, as openid-client makes it of what discovery says. */
const connect = (url: string, id: string): Promise<oidc.Configuration> =>
  oidc.discovery(new URL(url), id, undefined, oidc.ClientSecretBasic(`${id}-secret`), {
    execute: [oidc.allowInsecureRequests],
  });

/** Tokens of a login at `app`, the access token for `api`, too. */
async function tokensFor(url: string): Promise<{ readonly access: string; readonly refresh: string }> {
  const scope = 'openid profile groups offline_access audience:server:client_id:api';
  const { access_token, refresh_token } = await logIn(url, scope);
  return { access: String(access_token), refresh: String(refresh_token) };
}

describe('a client that acts for itself, at the built server,', () => {
  it('gets tokens that the API verifies with the published keys', async () => {
    const more = 'oauth2: { grantTypes: [authorization_code, client_credentials] }';
    await using built = await startBuiltServer({ clients, oauth2: more });
    const answer = await oidc.clientCredentialsGrant(await connect(built.url, 'app'), {
      scope: 'openid profile audience:server:client_id:api',
    });
    expect(answer.claims()).toMatchObject({ aud: ['api', 'app'], azp: 'app', preferred_username: 'App' });
    const keys = createRemoteJWKSet(new URL(`${built.url}/keys`));
    const { payload } = await jwtVerify(answer.access_token, keys, {
      issuer: built.url,
      audience: 'api',
      typ: 'at+jwt',
    });
    expect(payload.sub).toBe(encodeSubject({ userId: 'app', connectorId: '' }));
    await expect.poll(() => built.server.log()).toMatch(/token\.issued .*grantType=client_credentials client=app/);
  });
});

describe('a cluster, at the built server,', () => {
  it('asks about an ID token, and hears at once that the login was ended', async () => {
    await using built = await startBuiltServer({ clients });
    await using replica = await startBuiltServer({ clients, replicaOf: built });
    const { id_token: token, refresh_token } = await logIn(built.url, 'openid email groups offline_access');
    const good = await review(built.url, token);
    expect(good.headers.get('content-type')).toBe('application/json');
    expect(await good.json()).toMatchObject({
      status: { authenticated: true, user: { username: 'kilgore@kilgore.trout', groups: ['authors'] } },
    });
    expect(await revoke(replica.url, refresh_token)).toBe(200);
    const over = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status: { authenticated: false } };
    for (const { url } of [built, replica]) expect(await (await review(url, token)).json()).toEqual(over);
    await expect
      .poll(() => built.server.log())
      .toMatch(/token\.reviewed .*client=cluster outcome=refused reason=revoked/);
    expect(built.server.log()).not.toContain(String(token));
  });

  it('is told what is wrong with a request', async () => {
    await using built = await startBuiltServer({ clients });
    const answer = async (more: RequestInit): Promise<readonly unknown[]> => {
      const reply = await review(built.url, 'x', more);
      return [reply.status, (await reply.json()).error];
    };
    const type = { 'content-type': 'application/json' };
    expect(await answer({ body: '{' })).toEqual([400, 'invalid_request']);
    expect(await answer({ body: null })).toEqual([400, 'invalid_request']);
    expect(await answer({ body: 'x'.repeat(70_000) })).toEqual([413, 'invalid_request']);
    expect(await answer({ method: 'GET', body: null })).toEqual([405, 'invalid_request']);
    expect(await answer({ headers: type })).toEqual([401, 'invalid_client']);
  });
});

describe('openid-client, at the built server,', () => {
  const stack = new AsyncDisposableStack();
  let built: BuiltServer;
  let app: oidc.Configuration;
  let api: oidc.Configuration;
  beforeAll(async () => {
    built = stack.use(await startBuiltServer({ clients }));
    [app, api] = await Promise.all([connect(built.url, 'app'), connect(built.url, 'api')]);
  });
  afterAll(() => stack.disposeAsync());

  it('asks about tokens, each client about its own', async () => {
    const { access, refresh: token } = await tokensFor(built.url);
    expect(await oidc.tokenIntrospection(api, access)).toMatchObject({
      ...{ active: true, client_id: 'app', aud: ['api', 'app'], iss: built.url, token_type: 'Bearer' },
      ext: { azp: 'app', groups: ['authors'], name: 'Kilgore Trout' },
    });
    expect(await oidc.tokenIntrospection(app, token)).toMatchObject({ active: true, token_use: 'refresh_token' });
    expect(await oidc.tokenIntrospection(api, token)).toEqual({ active: false });
  });

  it('revokes a login, and an access token', async () => {
    const first = await tokensFor(built.url);
    const second = await tokensFor(built.url);
    await oidc.tokenRevocation(app, first.refresh, { token_type_hint: 'refresh_token' });
    await oidc.tokenRevocation(app, second.access);
    for (const token of [first.access, first.refresh, second.access]) {
      expect(await oidc.tokenIntrospection(app, token)).toEqual({ active: false });
    }
    expect(await refresh(built.url, first.refresh)).toMatchObject({ status: 400, error: 'invalid_grant' });
    expect(await refresh(built.url, second.refresh)).toMatchObject({ status: 200 });
    await expect(oidc.tokenRevocation(api, second.refresh)).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});

it.skipIf(lacking !== undefined)('Apache with mod_auth_openidc lets in who has a token that is good', async () => {
  await using authority = await createAuthority();
  await using built = await startBuiltServer({ authority, clients });
  await using apache = await startApacheApi({
    introspectionEndpoint: `${built.secureUrl}/token/introspect`,
    ...{ ca: authority.ca, clientId: 'api', clientSecret: 'api-secret', requiredClaim: 'ext.groups:authors' },
  });
  const ask = async (token: string): Promise<string> => {
    const reply = await fetch(apache.url, { headers: { authorization: `Bearer ${token}` } });
    return `${reply.status} ${reply.ok ? (await reply.text()).trim() : ''}`;
  };
  const { access, refresh: token } = await tokensFor(built.url);
  const sub = encodeSubject({ userId: '0-385-28089-0', connectorId: 'mock' });
  expect(await ask(access)).toBe(`200 user=${sub}`);
  expect(await ask(token), 'a refresh token is none').toBe('401 ');
  await oidc.tokenRevocation(await connect(built.url, 'app'), token);
  expect(await ask(access)).toBe('401 ');
});
