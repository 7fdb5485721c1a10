import { OstiaryError } from '@ostiary/primitives';
import { checkKnownScopes } from '../checks/scope.ts';
import type { IssuerContext } from '../context.ts';
import { splitList } from '../parameters.ts';
import { decideForClient } from '../policy/permit.ts';
import type { IssuedTokens } from '../tokens/issue.ts';
import { newTokenIds } from '../tokens/token-id.ts';
import type { GrantRequest } from './grant-request.ts';

/** Scopes of a person who is away, or has an account at a provider. A client is neither. */
const ofPeople = ['offline_access', 'federated:id'] as const;

/**
 * `grant_type=client_credentials` (RFC 6749 section 4.4): a client with a secret acts for itself. It can come again, so it
 * gets no refresh token; an ID token where it asks for `openid`. Nothing is written.
 *
 * @throws {OstiaryError} `oauth/unauthorized_client` for a public client, which anybody can be; `oauth/invalid_scope`;
 *   `login/not_allowed`
 */
export async function clientCredentials(
  { params, client }: GrantRequest,
  context: IssuerContext,
): Promise<IssuedTokens> {
  if (client.public) {
    throw new OstiaryError('oauth/unauthorized_client', 'Public clients cannot use client_credentials grant.');
  }
  const scopes = await checkKnownScopes(splitList(params.get('scope')), client, context.clients);
  const wrong = ofPeople.find((scope) => scopes.includes(scope));
  if (wrong !== undefined) {
    throw new OstiaryError('oauth/invalid_scope', `client_credentials grant does not support ${wrong} scope.`);
  }
  const permit = await decideForClient({ client, scopes }, context);
  const tokenIds = newTokenIds(context.random);
  const accessTokenAlone = !scopes.includes('openid');
  return context.issueTokens(permit, { nonce: params.get('nonce'), tokenIds, accessTokenAlone });
}
