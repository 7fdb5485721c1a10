import type { BeginLogin, ConnectorContext, ConnectorScopes } from '@ostiary/connector-sdk';
import { type OpenIdClient, type OpenIdConnector, openIdConnector } from '@ostiary/connector-sdk/oidc';
import type { OidcConfig } from './config.ts';
import { identityOf } from './identity.ts';

/** What the connector is made of. */
export interface Oidc {
  readonly client: OpenIdClient;
  readonly config: OidcConfig;
  readonly context: Pick<ConnectorContext, 'id' | 'log'>;
}

/** Login, refresh and logout: the code flow, read with the mapping of the configuration. */
export function oidcLogin({ config, context, client }: Oidc): OpenIdConnector {
  return openIdConnector({
    context,
    client,
    redirectUri: config.redirectURI,
    scopes: (asked) => scopesOf(asked, config, client),
    parameters: (ask) => ({
      ...promptOf(config, ask),
      ...(config.acrValues.length === 0 ? {} : { acr_values: config.acrValues.join(' ') }),
    }),
    userInfo: config.getUserInfo ? 'always' : 'never',
    identify: (answer) => identityOf(answer, config),
  });
}

/** Most providers give a refresh token only for this scope (OpenID Connect Core section 11). */
const OFFLINE_ACCESS = 'offline_access';

/** Asked for by itself only where the provider lists it: another one might refuse the whole request. */
async function scopesOf(
  { offlineAccess }: ConnectorScopes,
  { scopes, requestOfflineAccess }: OidcConfig,
  { provider }: OpenIdClient,
): Promise<readonly string[]> {
  if (!offlineAccess || !requestOfflineAccess || scopes.includes(OFFLINE_ACCESS)) return scopes;
  const { scopes_supported: known = [] } = await provider.metadata();
  return known.includes(OFFLINE_ACCESS) ? [...scopes, OFFLINE_ACCESS] : scopes;
}

/** Other ways to ask for a refresh token: `access_type` is Google's, consent is of several. */
function promptOf({ promptType }: OidcConfig, { scopes, forceLogin }: BeginLogin): Record<string, string> {
  const wished = scopes.offlineAccess ? promptType.split(' ').filter((word) => word !== '') : [];
  const words = [...new Set(forceLogin === true ? ['login', ...wished.filter((word) => word !== 'none')] : wished)];
  return {
    ...(scopes.offlineAccess ? { access_type: 'offline' } : {}),
    ...(words.length === 0 ? {} : { prompt: words.join(' ') }),
  };
}
