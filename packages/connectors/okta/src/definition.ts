import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type OktaConfig, oktaConfig } from './config.ts';
import { oktaLogin } from './login.ts';

/** Okta: the authorization server of an organization, or a custom one. */
export const okta: ConnectorDefinition<OktaConfig> = defineConnector({
  type: 'okta',
  about: {
    provider: 'Okta',
    groups: 'a claim',
    preferredUsername: '`preferred_username`',
    emailVerified: '`email_verified` of the same document',
    claims: 'the ID token and userinfo',
    testedAgainst: 'emulate, which plays Okta; a provider in memory that lies',
  },
  config: oktaConfig,
  open: oktaLogin,
});
