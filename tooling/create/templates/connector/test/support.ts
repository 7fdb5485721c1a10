/** Template Name in memory. */
import { readConfig } from '@ostiary/connector-sdk/config';
import { type FakeOAuth, fakeOAuth, type OpenedPlay, openPlayed } from '@ostiary/connector-sdk/testing';
import type { TemplateNameConfig } from '../src/config.ts';
import { templateName } from '../src/index.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'client-secret-9f2c';
const baseURL = 'https://provider.example';
const base = { baseURL, clientID: 'ostiary', clientSecret };

/** A played provider; `user` is what its user endpoint answers. */
export interface FakeProvider extends FakeOAuth {
  user: Record<string, unknown>;
}

export function fakeProvider(): FakeProvider {
  const oauth = fakeOAuth({
    authorizationEndpoint: `${baseURL}/oauth/authorize`,
    tokenEndpoint: `${baseURL}/oauth/token`,
    secretMethod: 'client_secret_basic',
    expiresInSeconds: 3600,
    refreshTokens: 'rotate',
    api: ({ url }) => (url === `${baseURL}/api/user` ? Response.json(provider.user) : undefined),
  });
  const user = { id: 17, login: 'jane', name: 'Jane Doe', email: 'jane@example.com', groups: ['developers'] };
  const provider: FakeProvider = Object.assign(oauth, { user });
  return provider;
}

/** A checked configuration for the played provider. */
export const configOf = (options: Options = {}): Promise<TemplateNameConfig> =>
  readConfig(templateName.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played provider. */
export const opened = (provider: FakeProvider, options: Options = {}): Promise<OpenedPlay> =>
  openPlayed(templateName, provider, { options: { ...base, ...options } });
