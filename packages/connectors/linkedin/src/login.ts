import type { ConnectorContext } from '@ostiary/connector-sdk';
import { rootCAFields } from '@ostiary/connector-sdk/config';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import { type AccountConnector, accountConnector, registeredClient } from '@ostiary/connector-sdk/oauth2';
import type { LinkedInConfig } from './config.ts';
import { identify } from './identity.ts';

const base = 'https://www.linkedin.com/oauth/v2';

/**
 * Login and refresh with LinkedIn's OpenID Connect product. Its ID tokens hold no nonce, so they prove nothing about this
 * login; who it was is asked at userinfo, with the access token that came from LinkedIn itself.
 */
export function linkedinLogin(config: LinkedInConfig, context: ConnectorContext): AccountConnector {
  const fetch = trustedFetch({ certificates: rootCAFields(config.rootCAs) }, context);
  return accountConnector({
    context,
    provider: {
      server: {
        issuer: 'https://www.linkedin.com/oauth',
        authorizationEndpoint: `${base}/authorization`,
        tokenEndpoint: `${base}/accessToken`,
      },
      client: registeredClient(config, { readFile: context.readFile, method: 'client_secret_post' }),
      transport: { fetch, now: context.now },
      random: context.random,
      // LinkedIn gives PKCE only to native applications, which have endpoints of their own.
      pkce: 'none',
    },
    redirectUri: config.redirectURI,
    scopes: () => ['openid', 'profile', 'email'],
    maxAgeMs: config.refreshMaxAge,
    identify: (question) => identify(question, fetch),
  });
}
