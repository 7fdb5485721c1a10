import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { openClient } from './client.ts';
import { type OidcConfig, oidcConfig } from './config.ts';
import { oidcExchange } from './exchange.ts';
import { oidcLogin } from './login.ts';

/** Any OpenID Connect provider. */
export const oidc: ConnectorDefinition<OidcConfig> = defineConnector({
  type: 'oidc',
  about: {
    provider: 'any OpenID Connect provider',
    groups: 'a claim',
    preferredUsername: '`preferred_username`, or another claim',
    emailVerified: '`email_verified` of the same document',
    claims: 'the ID token, and userinfo with `getUserInfo`',
    testedAgainst:
      'oidc-provider; a provider in memory that lies; Keycloak 26.7.3, LemonLDAP::NG 2.16.1, Hydra 2.3.0 and Vault 1.21.4, by hand',
  },
  config: oidcConfig,
  open(config, context) {
    const client = openClient(config, context);
    const parts = { config, context, client };
    return { ...oidcLogin(parts), exchange: oidcExchange(parts) };
  },
});
