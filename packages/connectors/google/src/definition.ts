import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type GoogleConfig, googleConfig } from './config.ts';
import { googleLogin } from './login.ts';

/** Google accounts, with groups of Google Workspace. */
export const google: ConnectorDefinition<GoogleConfig> = defineConnector({
  type: 'google',
  about: {
    provider: 'Google, Google Workspace',
    groups: 'addresses of groups, nested ones if you like',
    preferredUsername: 'none',
    emailVerified: '`email_verified` of the ID token',
    claims: 'the ID token',
    testedAgainst:
      'emulate, which plays the login; a provider in memory; groups are a stand-in, type-checked against ' +
      '@googleapis/admin and @googleapis/cloudidentity; no types of tokens',
  },
  config: googleConfig,
  open: googleLogin,
});
