import type { BeginLogin, ConnectorContext } from '@ostiary/connector-sdk';
import { clientSecretOf, rootCAFields } from '@ostiary/connector-sdk/config';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import { type OpenIdConnector, openIdConnector, openProvider } from '@ostiary/connector-sdk/oidc';
import { type GoogleConfig, googleIssuer } from './config.ts';
import { openDirectory } from './directory.ts';
import { identify } from './identity.ts';

/** Login and refresh: OpenID Connect, then the directory. Google has no logout for clients. */
export function googleLogin(config: GoogleConfig, context: ConnectorContext): Omit<OpenIdConnector, 'logout'> {
  const { promptType } = config;
  // Without consent Google gives no refresh token to who has been here before, so that login cannot be renewed.
  const consents = wordsOf(promptType).includes('consent');
  if (!consents) context.log.warn('google.no_refresh_token', { connector: context.id, promptType });
  const fetch = trustedFetch({ certificates: rootCAFields(config.rootCAs) }, context);
  const secret = clientSecretOf(config, context.readFile);
  const directory = openDirectory(config, context, fetch);
  const { logout: _none, ...connector } = openIdConnector({
    context,
    client: {
      provider: openProvider({
        issuer: googleIssuer,
        transport: { fetch, now: context.now },
        log: context.log,
      }),
      clientId: config.clientID,
      random: context.random,
      ...(secret === undefined ? {} : { secret }),
      secretMethod: 'client_secret_post',
    },
    redirectUri: config.redirectURI,
    scopes: () => config.scopes,
    parameters: (ask) => parametersOf(config, ask),
    userInfo: 'without an ID token',
    identify: (answer) => identify(answer, { config, directory }),
  });
  return connector;
}

const wordsOf = (prompt: string): readonly string[] => prompt.split(' ').filter((word) => word !== '');

/** Google gives a refresh token for `access_type=offline`, and only when the person consents. */
function parametersOf({ hostedDomains, promptType }: GoogleConfig, { scopes, forceLogin }: BeginLogin) {
  const [domain] = hostedDomains;
  const wished = scopes.offlineAccess ? wordsOf(promptType) : [];
  const words = new Set(forceLogin === true ? ['select_account', ...wished.filter((word) => word !== 'none')] : wished);
  return {
    ...(domain === undefined ? {} : { hd: hostedDomains.length === 1 ? domain : '*' }),
    ...(scopes.offlineAccess ? { access_type: 'offline' } : {}),
    ...(words.size === 0 ? {} : { prompt: [...words].join(' ') }),
  };
}
