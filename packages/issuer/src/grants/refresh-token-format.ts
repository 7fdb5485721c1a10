import type { RandomBytes } from '@ostiary/primitives';
import { randomToken } from '@ostiary/token-core';

const PREFIX = 'ort';

/** A refresh token: `ort.FAMILY.SECRET`. The prefix lets secret scanners know one when they see it. */
export interface RefreshToken {
  readonly familyId: string;
  readonly text: string;
}

export function newRefreshToken(random: RandomBytes, familyId: string = randomToken(random, 16)): RefreshToken {
  return { familyId, text: `${PREFIX}.${familyId}.${randomToken(random)}` };
}

/** Reads a token that somebody sent; `undefined` for what never was one. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [, familyId] = /^ort\.([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}$/.exec(text) ?? [];
  return familyId === undefined ? undefined : { familyId, text };
}
