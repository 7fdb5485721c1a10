/** This service as a client of the provider. */
import type { ConnectorContext } from '@ostiary/connector-sdk';
import { clientSecretOf, rootCAFields } from '@ostiary/connector-sdk/config';
import { trustedFetch } from '@ostiary/connector-sdk/http';
import { type OpenIdClient, openProvider } from '@ostiary/connector-sdk/oidc';
import type { OidcConfig } from './config.ts';

export function openClient(config: OidcConfig, context: ConnectorContext): OpenIdClient {
  const { pkceChallenge, rootCAs, insecureSkipVerify } = config;
  const secret = clientSecretOf(config, context.readFile);
  const method = secretMethod(config);
  const fetch = trustedFetch({ certificates: rootCAFields(rootCAs), insecureSkipVerify }, context);
  return {
    provider: openProvider({
      issuer: config.issuer,
      ...(config.issuerAlias === undefined ? {} : { issuerAlias: config.issuerAlias }),
      endpoints: endpoints(config),
      transport: { fetch, now: context.now },
      log: context.log,
    }),
    clientId: config.clientID,
    random: context.random,
    ...(secret === undefined ? {} : { secret }),
    ...(method === undefined ? {} : { secretMethod: method }),
    ...(pkceChallenge === undefined ? {} : { pkce: pkceChallenge }),
  };
}
/** Okta answers Basic with an error although its document lists it; Dex knows that too. */
function secretMethod({ issuer, basicAuthUnsupported }: OidcConfig): OpenIdClient['secretMethod'] {
  if (basicAuthUnsupported !== undefined) return basicAuthUnsupported ? 'client_secret_post' : 'client_secret_basic';
  return /(^|\.)(okta|oktapreview)\.com$/.test(new URL(issuer).hostname) ? 'client_secret_post' : undefined;
}

function endpoints({ providerDiscoveryOverrides: urls }: OidcConfig): Record<string, string> {
  const named = {
    authorization_endpoint: urls.authURL,
    token_endpoint: urls.tokenURL,
    jwks_uri: urls.jwksURL,
    userinfo_endpoint: urls.userInfoURL,
    end_session_endpoint: urls.endSessionURL,
  };
  return Object.fromEntries(Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
