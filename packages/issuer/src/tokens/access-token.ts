import { isOstiaryError, type Json, type JsonObject, OstiaryError } from '@ostiary/primitives';
import { decodeSubject } from '@ostiary/token-core';
import type { IssuerContext } from '../context.ts';
import { isSessionOver } from '../login/browser-session.ts';
import type { RevocableLogin } from '../policy/revocations.ts';
import { namesOf } from './access-token-id.ts';

/** An access token of this issuer that counts now. */
export interface AccessToken {
  /** Its `jti`. */
  readonly id: string;
  /** The client that it was issued to. */
  readonly clientId: string;
  readonly audience: readonly Json[];
  /** Seconds since the epoch. */
  readonly expires: number;
  readonly claims: JsonObject;
}

/**
 * Reads an access token that somebody brings: signature, issuer, times, and whether it, or its login, was revoked.
 *
 * @throws {OstiaryError} `token/invalid` for what is no access token of this issuer, or must not be believed any more.
 */
export async function readAccessToken(token: string, context: IssuerContext): Promise<AccessToken> {
  const { claims } = await context.verifier.accessToken(token);
  const { jti, client_id: clientId, aud = [], exp } = claims;
  if (typeof jti !== 'string' || typeof clientId !== 'string' || typeof exp !== 'number') {
    throw new OstiaryError('token/invalid', 'The access token is not complete.');
  }
  const marks = await Promise.all(namesOf(jti).map((name) => context.revokedTokens.get(name)));
  if (marks.some((mark) => mark !== undefined) || (await isRevoked(claims, context))) {
    throw new OstiaryError('token/invalid', 'The access token has been revoked.');
  }
  if (typeof claims.sid === 'string') await requireSession(clientId, claims.sid, context);
  return { id: jti, clientId, audience: [aud].flat(), expires: exp, claims };
}

/** @throws {OstiaryError} `token/invalid` */
async function requireSession(clientId: string, sessionId: string, context: IssuerContext): Promise<void> {
  if (!(await isSessionOver(await context.clients.find(clientId), sessionId, context))) return;
  throw new OstiaryError('token/invalid', 'The session of the access token is over.');
}

/** By what the token says of itself. A refresh marks the others, whose scopes leave out what was revoked. */
async function isRevoked(claims: JsonObject, { revocations }: IssuerContext): Promise<boolean> {
  const mark = await revocations.find(() => loginOfClaims(claims));
  return mark !== undefined;
}

function loginOfClaims({ sub = '', client_id: clientId = '', email, groups, iat }: JsonObject): RevocableLogin {
  return {
    subject: String(sub),
    connectorId: decodeSubject(String(sub))?.connectorId ?? '',
    clientId: String(clientId),
    email: typeof email === 'string' ? email : undefined,
    groups: [groups ?? []].flat().map(String),
    since: Number(iat),
  };
}

/** The same, for whom a token that does not count is an answer like any other. */
export async function findAccessToken(token: string, context: IssuerContext): Promise<AccessToken | undefined> {
  try {
    return await readAccessToken(token, context);
  } catch (error) {
    if (isOstiaryError(error, 'token/invalid')) return undefined;
    throw error;
  }
}

/** Claims of an access token that tell about the token, not about the person. */
const aboutTheToken = new Set([
  'iss',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'azp',
  'client_id',
  'scope',
  'at_hash',
  'auth_time',
  'nonce',
  'sid',
]);

/** What an access token says of the person: `sub`, and what its scopes allow. */
export function claimsOfPerson({ claims }: AccessToken): JsonObject {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !aboutTheToken.has(name)));
}
