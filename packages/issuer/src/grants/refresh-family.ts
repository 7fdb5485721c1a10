import { Secret } from '@ostiary/primitives';
import { deriveToken, hashToken, randomToken, safeEqual } from '@ostiary/token-core';
import type { Client } from '../client.ts';
import { epochSeconds, type IssuerContext } from '../context.ts';
import type { Lifetimes } from '../options.ts';
import type { Authenticated } from '../records/authentication.ts';
import type { RefreshFamily } from '../records/refresh-family.ts';
import { familyMark } from '../tokens/token-id.ts';
import { newRefreshToken, type RefreshToken, refreshTokenOf } from './refresh-token-format.ts';

const PURPOSE = 'refresh-successor';

/**
 * Access tokens that are asked for now have ended at this moment, in seconds since the epoch. They are minted a little
 * later: behind a storage that is slow, or for a retry within the reuse interval.
 */
export function tokensEnd(client: Pick<Client, 'idTokenLifetime'>, { now, lifetimes }: IssuerContext): number {
  const lifetime = client.idTokenLifetime ?? lifetimes.idToken;
  return epochSeconds(now()) + lifetime + lifetimes.refreshToken.reuseInterval + SLOW_STORAGE_SECONDS;
}

/** Longer than any driver of ours waits for its storage. */
const SLOW_STORAGE_SECONDS = 60;

/** Begins a family for a login. */
export async function createFamily(
  login: Authenticated,
  client: Client,
  context: IssuerContext,
): Promise<RefreshToken> {
  const token = newRefreshToken(context.random);
  const now = epochSeconds(context.now());
  const family: RefreshFamily = {
    clientId: login.request.clientId,
    connectorId: login.connectorId,
    scopes: login.request.scopes,
    nonce: login.request.nonce,
    identity: login.identity,
    authTime: login.authTime,
    createdAt: now,
    loggedInAt: login.loggedInAt,
    sessionId: login.sessionId,
    lastUsedAt: now,
    current: hashToken(token.text),
    tokensEnd: tokensEnd(client, context),
  };
  const expiresAt = familyDeadline(family, context.lifetimes.refreshToken);
  await context.families.create(token.familyId, family, { expiresAt });
  return token;
}

/**
 * Ends a login before its time: no refresh token of the family is good any more, nor, wherever this issuer is asked, an
 * access or ID token that any of them was exchanged for.
 *
 * The mark is written first, so that a process that dies in between leaves nothing that works and cannot be found, and
 * doing it again does what is left. It stays until the last token has ended, also one of a time when tokens lived longer
 * than now.
 */
export async function revokeFamily(
  familyId: string,
  { client, reason }: { readonly client: Pick<Client, 'idTokenLifetime'>; readonly reason: string },
  context: IssuerContext,
): Promise<void> {
  const mark = familyMark(familyId);
  const markUntil = (end = 0): Promise<void> =>
    markRevoked(mark, { reason, until: Math.max(end, tokensEnd(client, context)) }, context);
  await markUntil((await context.families.get(familyId))?.value.tokensEnd);
  // It may have been renewed in between, by a replica whose tokens live longer.
  await markUntil((await context.families.take(familyId))?.tokensEnd);
}

/** Marks tokens as not to be believed, by their `jti` or the mark of their login, at least until then. */
export async function markRevoked(
  id: string,
  { reason, until }: { readonly reason: string; readonly until: number },
  { revokedTokens }: IssuerContext,
): Promise<void> {
  const end = new Date(until * 1000);
  await revokedTokens.update(id, (current, expiresAt) =>
    current !== undefined && (expiresAt === undefined || expiresAt >= end)
      ? 'keep'
      : { set: { reason }, expiresAt: end },
  );
}

/** The moment a family ends if it is not used before: the nearer of the idle and the absolute limit. */
export function familyDeadline(
  { createdAt, lastUsedAt }: Pick<RefreshFamily, 'createdAt' | 'lastUsedAt'>,
  { absolute, idle }: Lifetimes['refreshToken'],
): Date | undefined {
  const ends = [
    ...(absolute === undefined ? [] : [createdAt + absolute]),
    ...(idle === undefined ? [] : [lastUsedAt + idle]),
  ];
  return ends.length === 0 ? undefined : new Date(Math.min(...ends) * 1000);
}

/**
 * What a token is to its family now. `fresh` is the current token within the reuse interval of the rotation that made
 * it: it is answered without another rotation, so that a crowd of parallel callers settles on one token. `previous` is
 * the one before it, with the salt that makes its successor again, good until this second (since the epoch).
 */
export type Standing =
  | { readonly is: 'current' | 'fresh' | 'reused' }
  | { readonly is: 'previous'; readonly salt: string; readonly until: number };

export function standingOf(token: RefreshToken, family: RefreshFamily, context: IssuerContext): Standing {
  const hash = hashToken(token.text);
  const { previous } = family;
  const { reuseInterval } = context.lifetimes.refreshToken;
  const until = reuseInterval > 0 && previous !== undefined ? previous.rotatedAt + reuseInterval + 1 : 0;
  const recent = previous !== undefined && epochSeconds(context.now()) < until;
  if (safeEqual(hash, family.current)) return { is: recent ? 'fresh' : 'current' };
  return recent && safeEqual(hash, previous.hash) ? { is: 'previous', salt: previous.salt, until } : { is: 'reused' };
}

/** The family after `token`, its current one, was used, and the token that the client gets. */
export function rotate(
  { token, client }: { readonly token: RefreshToken; readonly client: Client },
  family: RefreshFamily,
  context: IssuerContext,
): { readonly family: RefreshFamily; readonly next: RefreshToken } {
  const now = epochSeconds(context.now());
  const { lease: _finished, ...before } = family;
  const rest = { ...before, lastUsedAt: now, tokensEnd: Math.max(before.tokensEnd ?? 0, tokensEnd(client, context)) };
  if (!context.lifetimes.refreshToken.rotate) return { family: rest, next: token };
  const salt = randomToken(context.random);
  const next = successorOf(token, salt);
  const previous = { hash: family.current, salt, rotatedAt: now };
  return { family: { ...rest, current: hashToken(next.text), previous }, next };
}

/**
 * The token that follows on `token`: made of it and of the salt in the record, so that a retry gets the same answer as
 * the first try, while neither the storage alone nor a stolen token alone gives it away.
 */
export function successorOf(token: RefreshToken, salt: string): RefreshToken {
  return refreshTokenOf(token.familyId, deriveToken(new Secret(token.text), { salt, purpose: PURPOSE }));
}
