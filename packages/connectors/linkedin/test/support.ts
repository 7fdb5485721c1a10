import type { LinkedInProfile } from '@auth/core/providers/linkedin';
import { readConfig } from '@ostiary/connector-sdk/config';
import { type Described, type FakeOAuth, fakeOAuth, type OpenedPlay, openPlayed } from '@ostiary/connector-sdk/testing';
import type { LinkedInConfig } from '../src/config.ts';
import { linkedin } from '../src/index.ts';

type Options = Readonly<Record<string, unknown>>;

export const clientSecret = 'client-secret-9f2c';
const base = { clientID: 'ostiary', clientSecret };

/** What userinfo answers, as Auth.js describes it. */
const member: Described<LinkedInProfile> = {
  sub: '782bbtaQ',
  name: 'Jane Doe',
  given_name: 'Jane',
  family_name: 'Doe',
  picture: 'https://media.example/jane.jpg',
  locale: 'en-US',
  email: 'jane@example.com',
  email_verified: true,
};

/** A played LinkedIn; `member` is what its userinfo answers, for a test to change. */
export interface FakeLinkedIn extends FakeOAuth {
  member: Record<string, unknown>;
}

export function fakeLinkedIn(): FakeLinkedIn {
  const oauth = fakeOAuth({
    authorizationEndpoint: 'https://www.linkedin.com/oauth/v2/authorization',
    tokenEndpoint: 'https://www.linkedin.com/oauth/v2/accessToken',
    pkce: 'refused',
    expiresInSeconds: 5_184_000,
    api: ({ url }) => (url === 'https://api.linkedin.com/v2/userinfo' ? Response.json(provider.member) : undefined),
  });
  const provider: FakeLinkedIn = Object.assign(oauth, { member: { ...member } });
  return provider;
}

/** A checked configuration for the played LinkedIn. */
export const configOf = (options: Options = {}): Promise<LinkedInConfig> =>
  readConfig(linkedin.config, { ...base, ...options }, { path: 'config' });

/** The connector over a played LinkedIn. */
export const opened = (idp: FakeLinkedIn, options: Options = {}): Promise<OpenedPlay> =>
  openPlayed(linkedin, idp, { options: { ...base, ...options } });
