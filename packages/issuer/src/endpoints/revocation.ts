import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import type { Client } from '../client.ts';
import type { IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import { markRevoked, revokeFamily } from '../grants/refresh-family.ts';
import { parseRefreshToken, type RefreshToken } from '../grants/refresh-token-format.ts';
import type { Endpoint } from '../issuer.ts';
import { jsonReply } from '../reply.ts';
import { readTokenQuestion } from '../requests/token-question.ts';
import { findAccessToken } from '../tokens/access-token.ts';

/** What was revoked, for the log. */
type Revoked =
  | { readonly what: 'refresh_token'; readonly connector: string }
  | { readonly what: 'access_token'; readonly accessTokenId: string };

const reason = 'revoked by the client';

/**
 * `/token/revoke` (RFC 7009), for the tokens of the client that asks. A refresh token ends its login, and what that was
 * given; an access token ends alone. What is unknown or over already is a success (section 2.2).
 */
export function revocationEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'revocation',
    path: '/token/revoke',
    methods: ['POST'],
    cors: true,
    audience: 'program',
    async handle(request) {
      const { client, token } = await readTokenQuestion(request, context);
      const refreshToken = parseRefreshToken(token);
      const revoked =
        refreshToken === undefined
          ? await revokeAccessToken(token, client, context)
          : await revokeLogin(refreshToken, client, context);
      if (revoked !== undefined) request.log.info('token.revoked', { client: client.id, ...revoked });
      return jsonReply(200, {});
    },
  });
}

/**
 * Any token of the family will do, also one that was used before: at `/token` it would end the login as well, and who
 * logs out with it must not be told of a success that is none.
 */
async function revokeLogin(
  { familyId }: RefreshToken,
  client: Client,
  context: IssuerContext,
): Promise<Revoked | undefined> {
  const family = (await context.families.get(familyId))?.value;
  if (family === undefined) return undefined;
  if (family.clientId !== client.id) throw notYours(client);
  await revokeFamily(familyId, { client, reason }, context);
  return { what: 'refresh_token', connector: family.connectorId };
}

async function revokeAccessToken(token: string, client: Client, context: IssuerContext): Promise<Revoked | undefined> {
  const found = await findAccessToken(token, context);
  if (found === undefined) return refuseIdToken(token, client, context);
  if (found.clientId !== client.id) throw notYours(client);
  await markRevoked(found.id, { reason, until: found.expires }, context);
  return { what: 'access_token', accessTokenId: found.id };
}

/** RFC 6749 section 5.2 has this code for it, and RFC 7009 section 2.1 refers to there. */
function notYours({ id }: Client): OstiaryError {
  return new OstiaryError('oauth/invalid_grant', 'The token was issued to another client. Nothing was revoked.', {
    detail: { client: id },
  });
}

/** Who means to take back an ID token would take a success for one: clusters that do not ask go on accepting it. */
async function refuseIdToken(token: string, { id }: Client, { verifier }: IssuerContext): Promise<undefined> {
  try {
    await verifier.idToken(token);
  } catch (error) {
    if (isOstiaryError(error, 'token/invalid')) return undefined;
    throw error;
  }
  throw new OstiaryError(
    'oauth/unsupported_token_type',
    'An ID token cannot be revoked: it is good until it expires. Revoke the refresh token, so that no other follows.',
    { detail: { client: id } },
  );
}
