import type { ConnectorContext, UpstreamLogout } from '@ostiary/connector-sdk';
import { rootCAFields, secretSource } from '@ostiary/connector-sdk/config';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import {
  type AccountConnector,
  accountConnector,
  type OAuthClient,
  type OAuthServer,
  registeredClient,
} from '@ostiary/connector-sdk/oauth2';
import type { MicrosoftConfig } from './config.ts';
import { needsGroups } from './groups.ts';
import { identify } from './identity.ts';

/** Scopes that let an app read the groups of a person, in the spelling of Graph. */
const readsGroups = /^(?:https:\/\/[^/]+\/)?(?:directory|group|groupmember)\.read/iu;

/** Login and refresh: OAuth 2.0, then Microsoft Graph. */
export function microsoftLogin(config: MicrosoftConfig, context: ConnectorContext): AccountConnector {
  const certificates = rootCAFields(config.rootCAs);
  const fetch = trustedFetch({ certificates }, context);
  // Graph is only read here, groups by POST. The token endpoint spends what it is sent.
  const graph = trustedFetch({ certificates, idempotent: true }, context);
  const { readFile, now, random } = context;
  return accountConnector({
    context,
    provider: {
      server: serverOf(config),
      client: clientOf(config, readFile),
      transport: { fetch, now },
      random,
    },
    redirectUri: config.redirectURI,
    scopes: ({ groups, offlineAccess }) => [
      ...config.scopes,
      ...(needsGroups(config, groups) && !config.scopes.some((one) => readsGroups.test(one))
        ? ['directory.read.all']
        : []),
      ...(offlineAccess ? ['offline_access'] : []),
    ],
    parameters: ({ loginHint, forceLogin }) => ({
      ...(forceLogin === true ? { prompt: 'login' } : nonEmpty('prompt', config.promptType)),
      ...nonEmpty('domain_hint', config.domainHint),
      ...nonEmpty('login_hint', loginHint ?? ''),
    }),
    // Graph answers for a disabled account until its access token ends; the token endpoint says no at once.
    renew: 'always',
    identify: (question) => identify(question, { config, fetch: graph }),
  });
}

const nonEmpty = (name: string, value: string): Record<string, string> => (value === '' ? {} : { [name]: value });

function serverOf({ apiURL, tenant }: MicrosoftConfig): OAuthServer {
  const base = `${apiURL}/${tenant}/oauth2/v2.0`;
  return { authorizationEndpoint: `${base}/authorize`, tokenEndpoint: `${base}/token` };
}

function clientOf(config: MicrosoftConfig, readFile: ConnectorContext['readFile']): OAuthClient {
  const { clientID: clientId, clientAssertion: file } = config;
  const assertion = file === undefined ? undefined : secretSource({ file, path: 'clientAssertion' }, readFile);
  if (assertion === undefined) return registeredClient(config, { readFile, method: 'client_secret_post' });
  return { clientId, authentication: { method: 'client_assertion', assertion } };
}

/** Ends the session at Microsoft (OpenID Connect RP-Initiated Logout). */
export function microsoftLogout({ apiURL, tenant, clientID }: MicrosoftConfig): UpstreamLogout {
  return {
    async begin({ returnUrl, state }) {
      const url = new URL(`${apiURL}/${tenant}/oauth2/v2.0/logout`);
      url.searchParams.set('post_logout_redirect_uri', returnUrl);
      url.searchParams.set('client_id', clientID);
      url.searchParams.set('state', state);
      return { url: url.href };
    },
  };
}
