import type { ConnectorContext } from '@ostiary/connector-sdk';
import { openApi } from '@ostiary/connector-sdk/api';
import { rootCAFields } from '@ostiary/connector-sdk/config';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import {
  type AccountConnector,
  accountConnector,
  type OAuthProvider,
  registeredClient,
} from '@ostiary/connector-sdk/oauth2';
import type { Fetch } from '@ostiary/primitives';
import { z } from 'zod';
import type { OAuth2Config } from './config.ts';
import { accountOf } from './identity.ts';

const claims = z.record(z.string(), z.unknown());

/** Login and refresh: OAuth 2.0, then the user endpoint. */
export function oauth2Login(config: OAuth2Config, context: ConnectorContext): AccountConnector {
  const { rootCAs, insecureSkipVerify, userInfoURL } = config;
  const fetch = trustedFetch({ certificates: rootCAFields(rootCAs), insecureSkipVerify }, context);
  const { origin } = new URL(userInfoURL);
  if (config.insecureSkipEmailVerified) {
    context.log.warn('oauth.skip_email_verified_ignored', { connector: context.id });
  }
  return accountConnector({
    context,
    provider: providerOf(config, context, fetch),
    redirectUri: config.redirectURI,
    scopes: () => config.scopes,
    async identify({ accessToken, scopes }) {
      const api = openApi({ fetch, baseUrl: origin, accessToken });
      const answer = await api.get(userInfoURL, claims);
      return accountOf({ claims: answer, accessToken, wantsGroups: scopes.groups }, config);
    },
  });
}

function providerOf(config: OAuth2Config, { readFile, now, random }: ConnectorContext, fetch: Fetch): OAuthProvider {
  const { issuer, authorizationURL: authorizationEndpoint, tokenURL: tokenEndpoint } = config;
  const method = config.basicAuthUnsupported ? 'client_secret_post' : 'client_secret_basic';
  return {
    server: { authorizationEndpoint, tokenEndpoint, ...(issuer === undefined ? {} : { issuer }) },
    client: registeredClient(config, { readFile, method }),
    transport: { fetch, now },
    random,
  };
}
