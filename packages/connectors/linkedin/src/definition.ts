import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type LinkedInConfig, linkedinConfig } from './config.ts';
import { linkedinLogin } from './login.ts';

/** LinkedIn, with its OpenID Connect product. */
export const linkedin: ConnectorDefinition<LinkedInConfig> = defineConnector({
  type: 'linkedin',
  about: {
    provider: 'LinkedIn',
    groups: 'none',
    preferredUsername: 'none',
    emailVerified: '`email_verified` of userinfo',
    claims: 'userinfo',
    testedAgainst: 'a stand-in, type-checked against @auth/core',
  },
  config: linkedinConfig,
  open: linkedinLogin,
});
