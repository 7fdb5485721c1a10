import type { ConnectorContext } from '@ostiary/connector-sdk';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import { type AccountConnector, accountConnector, registeredClient } from '@ostiary/connector-sdk/oauth2';
import type { OpenShiftConfig } from './config.ts';
import { identify } from './identity.ts';
import { oauthServerOf } from './metadata.ts';

/** Login and refresh: OAuth 2.0, then the API server. OpenShift gives no refresh tokens: a login lasts as its token. */
export function openshiftLogin(config: OpenShiftConfig, context: ConnectorContext): AccountConnector {
  const { readFile, now, random } = context;
  const certificates = config.rootCA === undefined ? [] : [{ source: config.rootCA, path: 'rootCA' }];
  const fetch = trustedFetch({ certificates, insecureSkipVerify: config.insecureCA }, context);
  const server = oauthServerOf(config.issuer, { ...context, fetch });
  const client = registeredClient(config, { readFile, method: 'client_secret_post' });
  return accountConnector({
    context,
    provider: async () => ({ server: await server(), client, transport: { fetch, now }, random }),
    redirectUri: config.redirectURI,
    scopes: () => ['user:info'],
    identify: (question) => identify(question, { config, fetch }),
  });
}
