import type { ConnectorContext } from '@ostiary/connector-sdk';
import { clientSecretOf, rootCAFields } from '@ostiary/connector-sdk/config';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import { type OpenIdConnector, openIdConnector, openProvider } from '@ostiary/connector-sdk/oidc';
import { issuerOf, type OktaConfig } from './config.ts';
import { identityOf } from './identity.ts';

/** Login, refresh and logout: OpenID Connect at the authorization server of the configuration. */
export function oktaLogin(config: OktaConfig, context: ConnectorContext): OpenIdConnector {
  const { rootCAs, insecureSkipVerify } = config;
  const secret = clientSecretOf(config, context.readFile);
  const fetch = trustedFetch({ certificates: rootCAFields(rootCAs), insecureSkipVerify }, context);
  return openIdConnector({
    context,
    client: {
      provider: openProvider({ issuer: issuerOf(config), transport: { fetch, now: context.now }, log: context.log }),
      clientId: config.clientID,
      random: context.random,
      ...(secret === undefined ? {} : { secret }),
      secretMethod: 'client_secret_post',
    },
    redirectUri: config.redirectURI,
    scopes: ({ offlineAccess }) => [...config.scopes, ...(offlineAccess ? ['offline_access'] : [])],
    parameters: ({ forceLogin }) => (forceLogin === true ? { prompt: 'login' } : {}),
    userInfo: 'always',
    identify: (answer) => identityOf(answer, config),
  });
}
