import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type OAuth2Config, oauth2Config } from './config.ts';
import { oauth2Login } from './login.ts';

/** Any OAuth 2.0 provider that tells whose an access token is. */
export const oauth2: ConnectorDefinition<OAuth2Config> = defineConnector({
  type: 'oauth',
  about: {
    provider: 'any OAuth 2.0 provider with a user endpoint',
    groups: 'a field of the user endpoint or of the access token',
    preferredUsername: '`preferred_username`, or another field',
    emailVerified: 'a field says so with `true`',
    claims: 'the answer of the user endpoint',
    testedAgainst: 'a provider in memory',
  },
  config: oauth2Config,
  open: oauth2Login,
});
