import { isOstiaryError, type JsonObject } from '@ostiary/primitives';
import { type ExtraClaims, encodeSubject } from '@ostiary/token-core';
import { requireConfidential } from '../checks/client.ts';
import type { Client } from '../client.ts';
import { epochSeconds, type IssuerContext } from '../context.ts';
import { defineEndpoint } from '../endpoint.ts';
import { familyDeadline, type Standing, standingOf } from '../grants/refresh-family.ts';
import { parseRefreshToken, type RefreshToken } from '../grants/refresh-token-format.ts';
import { reuseEnd } from '../grants/renew-identity.ts';
import type { Endpoint } from '../issuer.ts';
import { type ClaimsQuestion, claimsFor, loginOf } from '../policy/permit.ts';
import { familySince, type RefreshFamily } from '../records/refresh-family.ts';
import { compact } from '../records/stored-identity.ts';
import { jsonReply } from '../reply.ts';
import { readTokenQuestion } from '../requests/token-question.ts';
import { isSessionOver } from '../sessions/browser-session.ts';
import { claimsOfPerson, findAccessToken } from '../tokens/access-token.ts';

/**
 * `/token/introspect` (RFC 7662): is this token good now, and what does it say? Told to confidential clients, of tokens
 * that were issued to them or are meant for them. All others are not active, for whatever reason. It only reads: no
 * refresh token rotates, nobody is asked, and an old token that comes here ends no login.
 */
export function introspectionEndpoint(context: IssuerContext): Endpoint {
  return defineEndpoint({
    name: 'introspection',
    path: '/token/introspect',
    methods: ['POST'],
    cors: true,
    audience: 'program',
    async handle(request) {
      const { client, token } = await readTokenQuestion(request, context);
      requireConfidential(client, 'introspect tokens');
      const refreshToken = parseRefreshToken(token);
      const found =
        refreshToken === undefined
          ? await aboutAccessToken(token, client, context)
          : await aboutRefreshToken(refreshToken, client, context);
      return jsonReply(200, found ?? { active: false });
    },
  });
}

async function aboutAccessToken(
  token: string,
  client: Client,
  context: IssuerContext,
): Promise<JsonObject | undefined> {
  const found = await findAccessToken(token, context);
  // The client that it was issued to is always among the audience.
  if (found === undefined || !found.audience.includes(client.id)) return undefined;
  const { iss, aud, exp, iat, nbf = iat, jti, scope, azp, preferred_username: username } = found.claims;
  const { sub, ...person } = claimsOfPerson(found);
  const ext = { azp, ...person };
  return compact({
    ...{ active: true, client_id: found.clientId, sub, exp, iat, nbf, username, aud, iss, scope, jti },
    ...{ token_type: 'Bearer', token_use: 'access_token', ext },
  });
}

async function aboutRefreshToken(
  token: RefreshToken,
  client: Client,
  context: IssuerContext,
): Promise<JsonObject | undefined> {
  const family = (await context.families.get(token.familyId))?.value;
  if (family === undefined || family.clientId !== client.id) return undefined;
  const standing = standingOf(token, family, context);
  const end = endOf(family, standing, context);
  const login = {
    client,
    connector: { id: family.connectorId },
    identity: family.identity,
    since: familySince(family),
  };
  if ((await context.revocations.find(login, () => loginOf(login))) !== undefined) return undefined;
  if (await isSessionOver(client, family.sessionId, context)) return undefined;
  if (standing.is === 'reused' || end <= epochSeconds(context.now())) return undefined;
  const { identity, connectorId, scopes, createdAt } = family;
  const ext = claimsNow({ identity, scopes, client, connector: { id: connectorId }, audience: [client] });
  if (ext === undefined) return undefined;
  // No `token_type`: that is said of access tokens (RFC 6749 section 5.1), and nobody shall take this for one.
  return compact({
    ...{ active: true, client_id: client.id, sub: encodeSubject({ userId: identity.userId, connectorId }) },
    ...{ exp: Number.isFinite(end) ? end : undefined, iat: createdAt, nbf: createdAt },
    ...{ username: ext.preferred_username, aud: client.id, iss: context.issuer, scope: scopes.join(' ') },
    ...{ token_use: 'refresh_token', ext },
  });
}

/** `undefined` where a rule of the operator fails: a refresh would be refused, too. */
function claimsNow(question: ClaimsQuestion): ExtraClaims | undefined {
  try {
    return claimsFor(question);
  } catch (error) {
    if (isOstiaryError(error, 'login/not_allowed')) return undefined;
    throw error;
  }
}

/** When a refresh token ends, in seconds since the epoch: with its login, or before it when there is a successor. */
function endOf(family: RefreshFamily, standing: Standing, { lifetimes, connectors }: IssuerContext): number {
  const deadline = familyDeadline(family, lifetimes.refreshToken);
  const refresh = connectors.get(family.connectorId)?.connector.refresh;
  return Math.min(
    deadline === undefined ? Infinity : epochSeconds(deadline),
    refresh?.kind === 'reuse' ? reuseEnd(family, refresh) : Infinity,
    standing.is === 'previous' ? standing.until : Infinity,
  );
}
