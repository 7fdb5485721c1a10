import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { openClient } from './client.ts';
import { type OidcConfig, oidcConfig } from './config.ts';
import { oidcExchange } from './exchange.ts';
import { oidcLogin } from './login.ts';
import { oidcLogout } from './logout.ts';
import { oidcRefresh } from './refresh.ts';

/** Any OpenID Connect provider. */
export const oidc: ConnectorDefinition<OidcConfig> = defineConnector({
  type: 'oidc',
  config: oidcConfig,
  open(config, context) {
    const parts = { client: openClient(config, context), config, context };
    return {
      via: 'redirect',
      login: oidcLogin(parts),
      refresh: oidcRefresh(parts),
      exchange: oidcExchange(parts),
      logout: oidcLogout(parts),
    };
  },
});
