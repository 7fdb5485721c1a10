import * as client from 'openid-client';
import { describe, expect, it } from 'vitest';
import { type OpenIdProvider, startOpenIdProvider } from './openid-provider.ts';
import { signIn } from './openid-provider-login.ts';

const redirectUri = 'http://127.0.0.1:9/callback';
const jane = { sub: 'jane', claims: { email: 'jane@example.org', email_verified: true, groups: ['dev'] } };
const options = {
  clients: [
    {
      client_id: 'rp',
      client_secret: 'a secret of the relying party',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
  accounts: [jane],
};

const discover = (provider: OpenIdProvider): Promise<client.Configuration> =>
  client.discovery(new URL(provider.issuer), 'rp', 'a secret of the relying party', undefined, {
    execute: [client.allowInsecureRequests],
  });

async function logIn(
  config: client.Configuration,
  sub: string,
): Promise<client.TokenEndpointResponse & client.TokenEndpointResponseHelpers> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expected = { state: client.randomState(), nonce: client.randomNonce() };
  const authorizationUrl = client.buildAuthorizationUrl(config, {
    ...expected,
    redirect_uri: redirectUri,
    scope: 'openid email groups offline_access',
    prompt: 'consent',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const callback = await signIn({ authorizationUrl, sub });
  return client.authorizationCodeGrant(config, callback, {
    pkceCodeVerifier,
    expectedState: expected.state,
    expectedNonce: expected.nonce,
  });
}

describe('openid-provider', () => {
  it('does a whole login with PKCE, and has the claims in the ID token', async () => {
    await using provider = await startOpenIdProvider(options);
    const tokens = await logIn(await discover(provider), 'jane');
    expect(tokens.claims()).toMatchObject({
      sub: 'jane',
      email: 'jane@example.org',
      email_verified: true,
      groups: ['dev'],
    });
  });

  it('keeps the claims to userinfo when told so', async () => {
    await using provider = await startOpenIdProvider({ ...options, idTokenClaims: 'standard' });
    const config = await discover(provider);
    const tokens = await logIn(config, 'jane');
    expect(tokens.claims()).not.toHaveProperty('groups');
    expect(await client.fetchUserInfo(config, tokens.access_token, 'jane')).toMatchObject({ groups: ['dev'] });
  });

  it('shows changed claims at a refresh, and refuses it for an account that is gone', async () => {
    await using provider = await startOpenIdProvider(options);
    const config = await discover(provider);
    const first = await logIn(config, 'jane');
    await provider.setAccount({ ...jane, claims: { ...jane.claims, groups: ['ops'] } });
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '');
    expect(second.claims()).toMatchObject({ groups: ['ops'] });
    await provider.removeAccount('jane');
    await expect(client.refreshTokenGrant(config, second.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('lets tokens live as long as told', async () => {
    await using provider = await startOpenIdProvider({ ...options, lifetimes: { idToken: 7, accessToken: 5 } });
    const tokens = await logIn(await discover(provider), 'jane');
    const claims = tokens.claims();
    expect({ access: tokens.expires_in, id: (claims?.exp ?? 0) - (claims?.iat ?? 0) }).toEqual({ access: 5, id: 7 });
  });

  it('rotates its keys, with and without the old ones, and keeps its refresh tokens', async () => {
    await using provider = await startOpenIdProvider(options);
    const config = await discover(provider);
    const { refresh_token } = await logIn(config, 'jane');
    const kids = async (): Promise<string[]> => {
      const reply = await fetch(`${provider.issuer}/jwks`);
      const { keys } = (await reply.json()) as { keys: { kid: string }[] };
      return keys.map(({ kid }) => kid);
    };
    const first = await kids();
    await provider.rotateKeys('published');
    const second = await kids();
    expect(second).toEqual(expect.arrayContaining(first));
    expect(second).toHaveLength(first.length * 2);
    await provider.rotateKeys('forgotten');
    expect((await kids()).filter((kid) => second.includes(kid))).toEqual([]);
    await expect(client.refreshTokenGrant(config, refresh_token ?? '')).resolves.toHaveProperty('id_token');
  });

  it('goes down and comes up on the same port', async () => {
    await using provider = await startOpenIdProvider(options);
    const { refresh_token } = await logIn(await discover(provider), 'jane');
    await provider.goDown();
    await expect(discover(provider)).rejects.toThrow();
    await provider.comeUp();
    await expect(client.refreshTokenGrant(await discover(provider), refresh_token ?? '')).resolves.toHaveProperty(
      'id_token',
    );
  });

  it('does not start with a client that is not valid, and says why', async () => {
    const clients = [{ client_id: 'rp', client_secret: 'x', redirect_uris: ['not a URL'] }];
    await expect(startOpenIdProvider({ clients, accounts: [] })).rejects.toThrow(/redirect_uris/);
  });
});
