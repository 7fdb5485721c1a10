import { OstiaryError, Secret } from '@ostiary/primitives';
import { hashToken, openWithSecret, safeEqual, sealWithSecret } from '@ostiary/token-core';
import { epochSeconds, type IssuerContext } from '../context.ts';
import type { Lifetimes } from '../options.ts';
import type { Authenticated } from '../records/authentication.ts';
import type { RefreshFamily } from '../records/refresh-family.ts';
import { newRefreshToken, type RefreshToken } from './refresh-token-format.ts';

const PURPOSE = 'refresh-successor';

/** Begins a family for a login. */
export async function createFamily(login: Authenticated, context: IssuerContext): Promise<RefreshToken> {
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
    lastUsedAt: now,
    current: hashToken(token.text),
  };
  const expiresAt = familyDeadline(family, context.lifetimes.refreshToken);
  await context.families.create(token.familyId, family, { expiresAt });
  return token;
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
 * it: it is answered without another rotation, so that a crowd of parallel callers settles on one token.
 */
export type Standing = 'current' | 'fresh' | 'previous' | 'reused';

export function standingOf(token: RefreshToken, family: RefreshFamily, context: IssuerContext): Standing {
  const hash = hashToken(token.text);
  const { previous } = family;
  const { reuseInterval } = context.lifetimes.refreshToken;
  const recent = previous !== undefined && epochSeconds(context.now()) <= previous.rotatedAt + reuseInterval;
  if (safeEqual(hash, family.current)) return recent && reuseInterval > 0 ? 'fresh' : 'current';
  return recent && safeEqual(hash, previous.hash) ? 'previous' : 'reused';
}

/** The family after `token` was used, and the token that the client gets. */
export async function rotate(
  token: RefreshToken,
  family: RefreshFamily,
  context: IssuerContext,
): Promise<{ readonly family: RefreshFamily; readonly next: RefreshToken }> {
  const now = epochSeconds(context.now());
  const { lease: _finished, ...rest } = family;
  if (!context.lifetimes.refreshToken.rotate) return { family: { ...rest, lastUsedAt: now }, next: token };
  const next = newRefreshToken(context.random, token.familyId);
  const successor = await sealWithSecret(new Secret(token.text), next.text, PURPOSE);
  const previous = { hash: hashToken(token.text), successor, rotatedAt: now };
  return { family: { ...rest, lastUsedAt: now, current: hashToken(next.text), previous }, next };
}

/** The successor that `token`, the previous one, was given: a retry gets the same answer as the first try. */
export async function successorOf(token: RefreshToken, family: RefreshFamily): Promise<RefreshToken> {
  const sealed = family.previous?.successor ?? '';
  const text = await openWithSecret(new Secret(token.text), sealed, PURPOSE);
  if (typeof text !== 'string') {
    throw new OstiaryError('storage/corrupt', 'The server failed to answer.', { detail: { record: 'refresh-family' } });
  }
  return { familyId: token.familyId, text };
}
