/** Rules in CEL at the built server, about people of a real provider: from the file to the tokens. */
import { freePort, type OpenIdProvider, signIn, startOpenIdProvider } from '@ostiary/tooling-servers';
import { decodeJwt, type JWTPayload } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltServer, startBuiltServer } from './built-server.ts';
import { CookieBrowser } from './cookie-browser.ts';

const secret = 'upstream-secret-upstream-secret-1';
const people = {
  jane: { name: 'Jane Doe', email: 'Jane@Example.com', email_verified: true, groups: ['staff', 'admins'] },
  joe: { name: 'Joe', email: 'joe@elsewhere.example', email_verified: true, groups: ['staff'] },
  ann: { name: 'Ann', email: 'ann@example.com', email_verified: true, groups: ['guests'] },
};
const account = (sub: keyof typeof people, more: object = {}) => ({ sub, claims: { ...people[sub], ...more } });
const appCallback = 'https://app.example/cb';
const insecure = { execute: [client.allowInsecureRequests] };

const connectorOf = ({ issuer }: OpenIdProvider, callback: string): string => `{
  type: oidc, id: corp, name: Corp,
  config: { issuer: "${issuer}", clientID: ostiary, clientSecret: ${secret}, redirectURI: "${callback}",
            scopes: [profile, email, groups, offline_access] },
  identityMappings: {
    email: "identity.email.lowerAscii()",
    groups: "claims.groups.map(g, 'corp:' + g)",
    extra: { level: "size(claims.groups)" }
  },
  userValidationRules: [{ expression: "!('corp:guests' in identity.groups)", message: Guests stay outside. }] }`;

const wiki = `{ id: wiki, name: Wiki, secret: s, redirectURIs: ["${appCallback}"],
      userValidationRules: [{ expression: "identity.email.endsWith('@example.com')" }],
      tokenClaims: { role: "'corp:admins' in identity.groups ? 'Admin' : 'Viewer'", level: identity.extra.level } }`;
const broken = `{ id: broken, name: Broken, secret: s, redirectURIs: ["${appCallback}"], tokenClaims: { x: identity.extra.missing } }`;

describe('rules at the built server', () => {
  const stack = new AsyncDisposableStack();
  let provider: OpenIdProvider;
  let server: BuiltServer;

  beforeAll(async () => {
    const port = await freePort();
    const callback = `http://127.0.0.1:${port}/dex/callback/corp`;
    const registered = {
      client_id: 'ostiary',
      client_secret: secret,
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
    };
    const accounts = [account('jane'), account('joe'), account('ann')];
    provider = stack.use(await startOpenIdProvider({ clients: [registered], accounts }));
    const clients = [wiki, broken];
    // Or a refresh soon after another one would get its answer.
    const more = 'expiry: { refreshTokens: { reuseInterval: 0s } }';
    server = stack.use(await startBuiltServer({ port, connector: connectorOf(provider, callback), clients, more }));
  });

  afterAll(() => stack.disposeAsync());

  /** The answer that the browser brings to the client, or the page that ends the login. */
  async function logIn(clientId: string, sub: keyof typeof people) {
    const config = await client.discovery(new URL(server.url), clientId, 's', undefined, insecure);
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const parameters = {
      ...{ redirect_uri: appCallback, scope: 'openid email groups offline_access', code_challenge_method: 'S256' },
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    };
    const browser = new CookieBrowser();
    const chosen = await browser.visit(client.buildAuthorizationUrl(config, parameters).href);
    const begun = await browser.visit(new URL(chosen.headers.get('location') ?? '', server.url).href);
    const back = await signIn({ authorizationUrl: begun.headers.get('location') ?? '', sub });
    const end = await browser.visit(back.href);
    return {
      config,
      pkceCodeVerifier,
      location: end.headers.get('location'),
      status: end.status,
      page: await end.text(),
    };
  }

  async function tokensOf(sub: keyof typeof people) {
    const { config, pkceCodeVerifier, location } = await logIn('wiki', sub);
    return {
      config,
      tokens: await client.authorizationCodeGrant(config, new URL(location ?? ''), { pkceCodeVerifier }),
    };
  }

  const claimsOf = ({ id_token = '' }: client.TokenEndpointResponse): JWTPayload => decodeJwt(id_token);

  it('make of an answer of the provider what the file says, and ask again at a refresh', async () => {
    const { config, tokens } = await tokensOf('jane');
    const expected = { email: 'jane@example.com', email_verified: true, role: 'Admin', level: 2 };
    expect(claimsOf(tokens)).toMatchObject({ ...expected, groups: ['corp:staff', 'corp:admins'] });
    expect(await client.fetchUserInfo(config, tokens.access_token, client.skipSubjectCheck)).toMatchObject(expected);
    await provider.setAccount(account('jane', { groups: ['staff'] }));
    const renewed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(claimsOf(renewed)).toMatchObject({ role: 'Viewer', level: 1, groups: ['corp:staff'] });
    await provider.setAccount(account('jane', { groups: ['guests'] }));
    await expect(client.refreshTokenGrant(config, renewed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description: 'Guests stay outside.',
    });
    await provider.setAccount(account('jane'));
    expect(claimsOf(await client.refreshTokenGrant(config, renewed.refresh_token ?? ''))).toMatchObject(expected);
  });

  it('keep people out, of one client and of all, and tell them why', async () => {
    expect(await logIn('wiki', 'joe')).toMatchObject({ status: 403, page: expect.stringContaining('You may not use') });
    expect(await logIn('wiki', 'ann')).toMatchObject({
      status: 403,
      page: expect.stringContaining('Guests stay outside.'),
    });
  });

  it('that fail for a person are told to the operator, with their place in the file', async () => {
    const { status, page } = await logIn('broken', 'jane');
    expect(status).toBe(403);
    expect(page).toContain('The rules of this server could not be applied.');
    expect(page).not.toContain('missing');
    const warned = () =>
      server.server
        .log()
        .split('\n')
        .find((line) => line.includes('level=WARN msg=request.refused'));
    await expect.poll(warned).toContain('staticClients[3].tokenClaims.x: No such key: missing, at character 16');
    expect(warned()).not.toContain('stack');
  });
});
