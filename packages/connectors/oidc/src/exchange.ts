import type { TokenExchange } from '@ostiary/connector-sdk';
import { type OpenIdClient, verifyIdToken } from '@ostiary/connector-sdk/oidc';
import { isOstiaryError } from '@ostiary/primitives';
import type { OidcConfig } from './config.ts';
import { identityOf } from './identity.ts';

const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';

/**
 * Takes ID tokens of the provider that name this client in their audience. Dex skips that check and so takes tokens
 * that were meant for any other app; and it takes access tokens, whose audience nobody can tell.
 */
export function oidcExchange({
  client,
  config,
}: {
  readonly client: OpenIdClient;
  readonly config: OidcConfig;
}): TokenExchange {
  const { provider, clientId } = client;
  return {
    subjectTokenTypes: [ID_TOKEN],
    async exchange({ subjectToken, subjectTokenType }) {
      if (subjectTokenType !== ID_TOKEN) return 'rejected';
      try {
        const idToken = await verifyIdToken(subjectToken, { provider, clientId, authorizedParty: 'any' });
        return identityOf({ idToken }, config);
      } catch (error) {
        if (isOstiaryError(error, 'upstream/protocol') || isOstiaryError(error, 'login/not_allowed')) return 'rejected';
        throw error;
      }
    },
  };
}
