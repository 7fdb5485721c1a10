import type { RecordKind } from '@ostiary/storage-sdk';
import { z } from 'zod';
import { type Authenticated, authenticatedShape } from './authentication.ts';
import { compact } from './stored-identity.ts';

/**
 * An authorization code, under its hash. It is marked as used, not removed, so that a second use is seen and what the
 * first one produced can be revoked (RFC 6749 section 4.1.2).
 *
 * Version 1: first form.
 */
export interface AuthorizationCode extends Authenticated {
  readonly used?:
    | {
        /** The refresh family that the first use made, if any. */
        readonly familyId?: string | undefined;
        /** The `jti` of the access token that the first use made; the mark in it is that of the ID token, too. */
        readonly accessTokenId?: string | undefined;
        /** When those tokens have ended, in seconds since the epoch. Absent in records of before this was kept. */
        readonly tokensEnd?: number | undefined;
      }
    | undefined;
}

export const authorizationCode: RecordKind<AuthorizationCode> = {
  kind: 'authorization-code',
  version: 1,
  schema: z.object({
    ...authenticatedShape,
    used: z
      .object({
        familyId: z.string().optional(),
        accessTokenId: z.string().optional(),
        tokensEnd: z.number().int().optional(),
      })
      .optional(),
  }),
  encode: compact,
};
