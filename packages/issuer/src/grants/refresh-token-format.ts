import type { RandomBytes } from '@ostiary/primitives';
import { randomToken } from '@ostiary/token-core';

const PREFIX = 'ort';

/** A refresh token: `ort.FAMILY.SECRET`. The prefix lets secret scanners know one when they see it. */
export interface RefreshToken {
  readonly familyId: string;
  readonly text: string;
}

/** The first token of a new family. */
export function newRefreshToken(random: RandomBytes): RefreshToken {
  return refreshTokenOf(randomToken(random, 16), randomToken(random));
}

/** @param secret 32 bytes as base64url. */
export function refreshTokenOf(familyId: string, secret: string): RefreshToken {
  return { familyId, text: `${PREFIX}.${familyId}.${secret}` };
}

/** Reads a token that somebody sent; `undefined` for what never was one. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [, familyId] = /^ort\.([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}$/.exec(text) ?? [];
  return familyId === undefined ? undefined : { familyId, text };
}
