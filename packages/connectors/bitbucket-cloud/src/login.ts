import type { ConnectorContext } from '@ostiary/connector-sdk';
import { rootCAFields } from '@ostiary/connector-sdk/config';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import { type AccountConnector, accountConnector, registeredClient } from '@ostiary/connector-sdk/oauth2';
import type { BitbucketCloudConfig } from './config.ts';
import { identify } from './identity.ts';

const site = 'https://bitbucket.org/site/oauth2';

/** Login and refresh: OAuth 2.0, then the REST API. */
export function bitbucketCloudLogin(config: BitbucketCloudConfig, context: ConnectorContext): AccountConnector {
  if (config.includeTeamGroups) context.log.warn('bitbucket.team_groups_ignored', { connector: context.id });
  const fetch = trustedFetch({ certificates: rootCAFields(config.rootCAs) }, context);
  return accountConnector({
    context,
    provider: {
      server: { authorizationEndpoint: `${site}/authorize`, tokenEndpoint: `${site}/access_token` },
      client: registeredClient(config, { readFile: context.readFile, method: 'client_secret_basic' }),
      transport: { fetch, now: context.now },
      random: context.random,
    },
    redirectUri: config.redirectURI,
    scopes: () => ['account', 'email'],
    identify: (question) => identify(question, { config, fetch }),
  });
}
