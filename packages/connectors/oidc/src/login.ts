import type { BeginLogin, ConnectorContext } from '@ostiary/connector-sdk';
import { type OpenIdClient, type OpenIdConnector, openIdConnector } from '@ostiary/connector-sdk/oidc';
import type { OidcConfig } from './config.ts';
import { identityOf } from './identity.ts';

/** What the connector is made of. */
export interface Oidc {
  readonly client: OpenIdClient;
  readonly config: OidcConfig;
  readonly context: Pick<ConnectorContext, 'id'>;
}

/** Login, refresh and logout: the code flow, read with the mapping of the configuration. */
export function oidcLogin({ config, context, client }: Oidc): OpenIdConnector {
  return openIdConnector({
    context,
    client,
    redirectUri: config.redirectURI,
    scopes: () => config.scopes,
    parameters: (ask) => ({
      ...promptOf(config, ask),
      ...(config.acrValues.length === 0 ? {} : { acr_values: config.acrValues.join(' ') }),
    }),
    userInfo: config.getUserInfo ? 'always' : 'never',
    identify: (answer) => identityOf(answer, config),
  });
}

/** Providers give a refresh token only to a client that asks for it: `access_type` is Google's way, consent others'. */
function promptOf({ promptType }: OidcConfig, { scopes, forceLogin }: BeginLogin): Record<string, string> {
  const wished = scopes.offlineAccess ? promptType.split(' ').filter((word) => word !== '') : [];
  const words = [...new Set(forceLogin === true ? ['login', ...wished.filter((word) => word !== 'none')] : wished)];
  return {
    ...(scopes.offlineAccess ? { access_type: 'offline' } : {}),
    ...(words.length === 0 ? {} : { prompt: words.join(' ') }),
  };
}
