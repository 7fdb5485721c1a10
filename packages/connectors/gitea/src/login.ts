import type { ConnectorContext } from '@ostiary/connector-sdk';
import { rootCAFields } from '@ostiary/connector-sdk/config';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import { type AccountConnector, accountConnector, registeredClient } from '@ostiary/connector-sdk/oauth2';
import type { GiteaConfig } from './config.ts';
import { identify } from './identity.ts';

/** Login and refresh: OAuth 2.0, then the REST API. */
export function giteaLogin(config: GiteaConfig, context: ConnectorContext): AccountConnector {
  const { baseURL } = config;
  const fetch = trustedFetch({ certificates: rootCAFields(config.rootCAs) }, context);
  return accountConnector({
    context,
    provider: {
      server: {
        issuer: baseURL,
        authorizationEndpoint: `${baseURL}/login/oauth/authorize`,
        tokenEndpoint: `${baseURL}/login/oauth/access_token`,
      },
      client: registeredClient(config, { readFile: context.readFile, method: 'client_secret_post' }),
      transport: { fetch, now: context.now },
      random: context.random,
      // What Gitea says of a refresh token that ended or was used before. A wrong secret is `invalid_client` there.
      endingCodes: ['unauthorized_client'],
    },
    redirectUri: config.redirectURI,
    // Enough for teams too; without scopes it would be for everything the person may do. Always the same: what a person
    // once granted to a public application does not grow, and Gitea refuses a request for anything else.
    scopes: () => ['read:user'],
    identify: (question) => identify(question, { config, fetch }),
  });
}
