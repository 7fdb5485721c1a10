import { OstiaryError } from '@ostiary/primitives';
import { authenticateClient } from '../checks/client.ts';
import type { Client } from '../client.ts';
import type { IssuerContext } from '../context.ts';
import { readForm } from '../parameters.ts';
import type { IssuerRequest } from '../request.ts';

/** A client that asks, or says, something about a token. */
export interface TokenQuestion {
  readonly client: Client;
  readonly token: string;
}

/**
 * Reads a request of RFC 7662 section 2.1 or RFC 7009 section 2.1. The client is known before its token is looked at.
 * `token_type_hint` is not needed: a refresh token shows what it is.
 *
 * @throws {OstiaryError} `oauth/invalid_client` or `oauth/invalid_request`
 */
export async function readTokenQuestion(request: IssuerRequest, { clients }: IssuerContext): Promise<TokenQuestion> {
  const params = readForm(request);
  const client = await authenticateClient({ params, request }, clients);
  const token = params.get('token');
  if (token === undefined) throw new OstiaryError('oauth/invalid_request', 'Required param: token.');
  return { client, token };
}
