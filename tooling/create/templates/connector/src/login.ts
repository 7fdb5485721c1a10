import type { ConnectorContext } from '@ostiary/connector-sdk';
import { type AccountConnector, accountConnector, registeredClient } from '@ostiary/connector-sdk/oauth2';
import type { TemplateNameConfig } from './config.ts';
import { identify } from './identity.ts';

/** Login and refresh: OAuth 2.0, then the user endpoint. */
export function templateNameLogin(config: TemplateNameConfig, context: ConnectorContext): AccountConnector {
  const { baseURL } = config;
  const fetch = context.http();
  return accountConnector({
    context,
    provider: {
      server: {
        issuer: baseURL,
        authorizationEndpoint: `${baseURL}/oauth/authorize`,
        tokenEndpoint: `${baseURL}/oauth/token`,
      },
      client: registeredClient(config, { readFile: context.readFile, method: 'client_secret_basic' }),
      transport: { fetch, now: context.now },
      random: context.random,
    },
    redirectUri: config.redirectURI,
    scopes: () => ['read:user'],
    identify: (question) => identify(question, { config, fetch }),
  });
}
