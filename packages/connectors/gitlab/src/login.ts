import type { ConnectorContext } from '@ostiary/connector-sdk';
import { type AccountConnector, accountConnector, registeredClient } from '@ostiary/connector-sdk/oauth2';
import type { Fetch } from '@ostiary/primitives';
import type { GitLabConfig } from './config.ts';
import { identify } from './identity.ts';

/** What the connector is made of. */
export interface GitLab {
  readonly config: GitLabConfig;
  readonly context: ConnectorContext;
  readonly fetch: Fetch;
}

/** Login and refresh: OAuth 2.0, then the REST API. */
export function gitlabLogin({ config, context, fetch }: GitLab): AccountConnector {
  const { baseURL } = config;
  return accountConnector({
    context,
    provider: {
      server: {
        issuer: baseURL,
        authorizationEndpoint: `${baseURL}/oauth/authorize`,
        tokenEndpoint: `${baseURL}/oauth/token`,
      },
      client: registeredClient(config, { readFile: context.readFile, method: 'client_secret_post' }),
      transport: { fetch, now: context.now },
      random: context.random,
    },
    redirectUri: config.redirectURI,
    scopes: ({ groups }) => scopesFor(config, groups || config.groups.length > 0),
    identify: (question) => identify(question, { config, fetch }),
  });
}

/** `openid` opens userinfo, where the groups are; the groups API wants `read_api`. */
function scopesFor({ inheritedGroups }: GitLabConfig, needsGroups: boolean): readonly string[] {
  if (!needsGroups) return ['read_user'];
  return inheritedGroups ? ['read_user', 'openid', 'read_api'] : ['read_user', 'openid'];
}
