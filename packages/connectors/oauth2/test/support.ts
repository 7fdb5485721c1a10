import { readConfig } from '@ostiary/connector-sdk/config';
import {
  type FakeOAuth,
  type FakeOAuthOptions,
  fakeOAuth,
  type OpenedPlay,
  openPlayed,
} from '@ostiary/connector-sdk/testing';
import type { OAuth2Config } from '../src/config.ts';
import { oauth2 } from '../src/index.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'client-secret-9f2c';
const base = {
  clientID: 'ostiary',
  clientSecret,
  authorizationURL: 'https://idp.example/authorize?tenant=1',
  tokenURL: 'https://idp.example/token',
  userInfoURL: 'https://api.example/me?fields=all',
  scopes: ['who'],
};

/** A checked configuration for the played provider. */
export const configOf = (options: Options = {}): Promise<OAuth2Config> =>
  readConfig(oauth2.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played provider. */
export const opened = (idp: FakeOAuth, options: Options = {}): Promise<OpenedPlay> =>
  openPlayed(oauth2, idp, { options: { ...base, ...options } });

/** A played provider; `claims` is what its user endpoint answers. */
export interface FakeProvider extends FakeOAuth {
  claims: Record<string, unknown>;
}

export function fakeProvider(options: Partial<FakeOAuthOptions> = {}): FakeProvider {
  const world = {
    claims: {
      id: 'jane-1',
      user_name: 'Jane Doe',
      preferred_username: 'jane',
      email: 'jane@example.com',
      email_verified: true,
      groups: ['admins', { name: 'developers' }],
    } as Record<string, unknown>,
  };
  const oauth = fakeOAuth({
    authorizationEndpoint: 'https://idp.example/authorize?tenant=1',
    tokenEndpoint: 'https://idp.example/token',
    secretMethod: 'client_secret_basic',
    expiresInSeconds: 300,
    refreshTokens: 'rotate',
    api: (request) => (request.url === base.userInfoURL ? Response.json(provider.claims) : undefined),
    ...options,
  });
  const provider: FakeProvider = Object.assign(oauth, world);
  return provider;
}
