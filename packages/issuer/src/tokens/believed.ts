/** Whether a token that was good when it was issued is believed still: the one place that says so, for all kinds of them. */
import { type JsonObject, OstiaryError } from '@ostiary/primitives';
import { decodeSubject } from '@ostiary/token-core';
import type { Client } from '../client.ts';
import type { IssuerContext } from '../context.ts';
import type { RevocableLogin } from '../policy/revocations.ts';
import { isSessionOver } from '../sessions/browser-session.ts';
import { namesOf } from './token-id.ts';

/** A token whose signature, issuer and times are good. */
export interface SignedToken {
  /** Its `jti`. */
  readonly id: string;
  /** The client that it was issued to. */
  readonly clientId: string;
  readonly claims: JsonObject;
}

/**
 * Whether the token, its login, or the session that it is bound to was ended since: by its client, by somebody who used
 * a code or a refresh token twice, by an operator, or by the person.
 *
 * @throws {OstiaryError} `token/invalid` for one that must not be believed any more; `storage/unavailable`.
 */
export async function requireBelieved(token: SignedToken, context: IssuerContext): Promise<void> {
  const [client, ...marks] = await Promise.all([
    context.clients.find(token.clientId),
    ...namesOf(token.id).map((name) => context.revokedTokens.get(name)),
  ]);
  if (client === undefined) throw noLongerGood(token, 'client_gone', 'The client of the token is not there any more.');
  if (marks.some((mark) => mark !== undefined) || (await isRevoked(token, client, context))) {
    throw noLongerGood(token, 'revoked', 'The token has been revoked.');
  }
  if (await isUnbound(client, token.claims, context))
    throw noLongerGood(token, 'session_over', 'The session of the token is over.');
}

function noLongerGood({ id }: SignedToken, reason: string, message: string): OstiaryError {
  return new OstiaryError('token/invalid', message, { detail: { reason, tokenId: id } });
}

/** By its session, where its client wants that. */
async function isUnbound(client: Client, { sid }: JsonObject, context: IssuerContext): Promise<boolean> {
  return typeof sid === 'string' && isSessionOver(client, sid, context);
}

/** By what the token says of itself. A refresh marks the others, whose scopes leave out what was revoked. */
async function isRevoked({ claims }: SignedToken, client: Client, { revocations }: IssuerContext): Promise<boolean> {
  const login = loginOfToken(claims, client);
  return (await revocations.find(login, () => login)) !== undefined;
}

function loginOfToken({ sub = '', email, groups, iat }: JsonObject, client: Client): RevocableLogin {
  return {
    subject: String(sub),
    connectorId: decodeSubject(String(sub))?.connectorId ?? '',
    client,
    email: typeof email === 'string' ? email : undefined,
    groups: [groups ?? []].flat().map(String),
    since: Number(iat),
  };
}
