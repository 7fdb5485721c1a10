import type { TokenExchange } from '@ostiary/connector-sdk';
import { authenticationOf, verifyIdToken } from '@ostiary/connector-sdk/oidc';
import { isOstiaryError } from '@ostiary/primitives';
import { identityOf } from './identity.ts';
import type { Oidc } from './login.ts';

const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';

/**
 * Takes ID tokens of the provider that name this client in their audience. Dex skips that check and so takes tokens
 * that were meant for any other app; and it takes access tokens, whose audience nobody can tell.
 */
export function oidcExchange({ client, config, context }: Oidc): TokenExchange {
  const { provider, clientId } = client;
  return {
    subjectTokenTypes: [ID_TOKEN],
    async exchange({ subjectToken, subjectTokenType }) {
      if (subjectTokenType !== ID_TOKEN) return 'rejected';
      try {
        const idToken = await verifyIdToken(subjectToken, { provider, clientId, authorizedParty: 'any' });
        return { ...identityOf({ idToken, isAlone: true }, config), authentication: authenticationOf(idToken) };
      } catch (error) {
        if (!isOstiaryError(error, 'upstream/protocol') && !isOstiaryError(error, 'login/not_allowed')) throw error;
        // Who brought the token learns no more than that; the operator must be able to tell a claim from a key.
        const { code, message, detail } = error;
        context.log.info('exchange.rejected', { connector: context.id, code, message, detail });
        return 'rejected';
      }
    },
  };
}
