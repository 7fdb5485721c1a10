/** LinkedIn in memory: its userinfo is all that there is of an API. */
import type { LinkedInProfile } from '@auth/core/providers/linkedin';
import { type Described, type FakeOAuth, fakeOAuth } from '@ostiary/connector-sdk/testing';

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
  const provider: FakeLinkedIn = Object.assign(oauth, { member: structuredClone(member) });
  return provider;
}
