/** This service as a client of the provider. */
import type { ConnectorContext } from '@ostiary/connector-sdk';
import { resolveCertificates, secretSource } from '@ostiary/connector-sdk/config';
import { type OpenIdClient, openProvider } from '@ostiary/connector-sdk/oidc';
import type { Fetch } from '@ostiary/primitives';
import type { OidcConfig } from './config.ts';

export function openClient(config: OidcConfig, context: ConnectorContext): OpenIdClient {
  const { clientSecret, clientSecretFile, pkceChallenge } = config;
  const secret = secretSource(
    {
      path: 'clientSecretFile',
      ...(clientSecret === undefined ? {} : { value: clientSecret }),
      ...(clientSecretFile === undefined ? {} : { file: clientSecretFile }),
    },
    context.readFile,
  );
  const method = secretMethod(config);
  return {
    provider: openProvider({
      issuer: config.issuer,
      ...(config.issuerAlias === undefined ? {} : { issuerAlias: config.issuerAlias }),
      endpoints: endpoints(config),
      transport: { fetch: trustingFetch(config, context), now: context.now },
      log: context.log,
    }),
    clientId: config.clientID,
    random: context.random,
    ...(secret === undefined ? {} : { secret }),
    ...(method === undefined ? {} : { secretMethod: method }),
    ...(pkceChallenge === undefined ? {} : { pkce: pkceChallenge }),
  };
}

/** Certificates are files, and opening a connector reads none: they are read with the first request. */
function trustingFetch(config: OidcConfig, context: ConnectorContext): Fetch {
  const { rootCAs, insecureSkipVerify } = config;
  if (insecureSkipVerify) context.log.warn('connector.certificates_not_verified', { connector: context.id });
  if (rootCAs.length === 0) return context.http({ insecureSkipVerify });
  let opened: Promise<Fetch> | undefined;
  const open = async (): Promise<Fetch> => {
    const fields = rootCAs.map((source, index) => ({ source, path: `rootCAs[${index}]` }));
    const sets = await Promise.all(fields.map((field) => resolveCertificates(field, context.readFile)));
    return context.http({ insecureSkipVerify, certificateAuthorities: sets.flat() });
  };
  return async (input, init) => {
    opened ??= open();
    try {
      return await (await opened)(input, init);
    } catch (error) {
      opened = undefined;
      throw error;
    }
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
