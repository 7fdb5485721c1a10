import type { PasswordLogin } from '@ostiary/connector-sdk';
import type { AtlassianCrowdConfig } from './config.ts';
import type { Crowd } from './crowd.ts';
import { identityOf } from './identity.ts';

/** What the connector is made of. */
export interface AtlassianCrowd {
  readonly config: AtlassianCrowdConfig;
  readonly crowd: Crowd;
}

/** Lets Crowd check a name and a password. */
export function atlassianCrowdLogin(parts: AtlassianCrowd): PasswordLogin {
  const { config, crowd } = parts;
  return {
    prompt: config.usernamePrompt || 'Username',
    async check({ username, password, scopes }) {
      if (username === '' || password.reveal() === '') return 'rejected';
      const account = await crowd.authenticate(username, password);
      return account === undefined || !account.active ? 'rejected' : identityOf(account, scopes, parts);
    },
  };
}
