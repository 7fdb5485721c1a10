import type { RandomBytes } from '@ostiary/primitives';
import { hashToken, randomToken } from '@ostiary/token-core';

/** Long enough that two families never share one. */
const MARK_LENGTH = 22;

/**
 * A `jti` (RFC 7519 section 4.1.7) for an access token. That of a login that can be renewed begins with the mark of its
 * family, so that one record revokes every access token that the family was given.
 */
export function newAccessTokenId(random: RandomBytes, familyId?: string): string {
  const own = randomToken(random, 16);
  return familyId === undefined ? own : `${familyMark(familyId)}.${own}`;
}

/** What stands for a family where others can read it: its id would tell whoever sees a token which record to attack. */
export function familyMark(familyId: string): string {
  return hashToken(familyId).slice(0, MARK_LENGTH);
}

/** The names under which an access token may have been revoked: its own, and that of its family when it has one. */
export function namesOf(accessTokenId: string): readonly string[] {
  const dot = accessTokenId.indexOf('.');
  return dot < 0 ? [accessTokenId] : [accessTokenId, accessTokenId.slice(0, dot)];
}
