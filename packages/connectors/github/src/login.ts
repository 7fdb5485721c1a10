import type { ConnectorContext } from '@ostiary/connector-sdk';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import { type AccountConnector, accountConnector, registeredClient } from '@ostiary/connector-sdk/oauth2';
import type { GitHubConfig } from './config.ts';
import { oauthServer } from './endpoints.ts';
import { identify } from './identity.ts';

/** Login and refresh: OAuth 2.0, then the REST API. */
export function githubLogin(config: GitHubConfig, context: ConnectorContext): AccountConnector {
  const { rootCA } = config;
  const certificates = rootCA === undefined ? [] : [{ source: rootCA, path: 'rootCA' }];
  const fetch = trustedFetch({ certificates }, context);
  const onHidden = (organizations: string): void =>
    context.log.warn('github.organizations_hidden', { connector: context.id, organizations });
  return accountConnector({
    context,
    provider: {
      server: oauthServer(config),
      client: registeredClient(config, { readFile: context.readFile, method: 'client_secret_post' }),
      transport: { fetch, now: context.now },
      random: context.random,
    },
    redirectUri: config.redirectURI,
    scopes: ({ groups }) => (needsOrgs(config, groups) ? ['user:email', 'read:org'] : ['user:email']),
    parameters: ({ loginHint }) => (loginHint === undefined ? {} : { login: loginHint }),
    identify: (question) => identify(question, { config, fetch, onHidden }),
  });
}

/** `read:org` only where organizations or teams will be read. */
const needsOrgs = ({ org, orgs, loadAllGroups }: GitHubConfig, groups: boolean): boolean =>
  org !== undefined || orgs.length > 0 || (groups && loadAllGroups);
