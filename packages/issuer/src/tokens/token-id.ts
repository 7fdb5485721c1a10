import type { RandomBytes } from '@ostiary/primitives';
import { hashToken, randomToken } from '@ostiary/token-core';

/** Long enough that two logins never share one. */
const MARK_LENGTH = 22;

/** The `jti` of an access token and of the ID token beside it. */
export interface TokenIds {
  readonly access: string;
  readonly id: string;
}

/**
 * Ids (RFC 7519 section 4.1.7) for the tokens of one answer. Both begin with the mark of their login, so that one record
 * ends every token that the login was given, whichever kind it is.
 *
 * @param mark that of the family, where the login can be renewed. Absent: one of this answer alone.
 */
export function newTokenIds(random: RandomBytes, mark: string = randomToken(random, 16)): TokenIds {
  return { access: `${mark}.${newTokenId(random)}`, id: `${mark}.${newTokenId(random)}` };
}

/** The id of a token that belongs to no login, as that of a job. */
export function newTokenId(random: RandomBytes): string {
  return randomToken(random, 16);
}

/** What stands for a family where others can read it: its id would tell whoever sees a token which record to attack. */
export function familyMark(familyId: string): string {
  return hashToken(familyId).slice(0, MARK_LENGTH);
}

/** The mark in an id; the id itself where it has none. */
export function markOf(tokenId: string): string {
  const dot = tokenId.indexOf('.');
  return dot < 0 ? tokenId : tokenId.slice(0, dot);
}

/** The names under which a token may have been revoked: its own, and the mark of its login when it has one. */
export function namesOf(tokenId: string): readonly string[] {
  return [...new Set([tokenId, markOf(tokenId)])];
}
