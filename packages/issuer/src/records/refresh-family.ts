import type { RecordKind } from '@ostiary/storage-sdk';
import { z } from 'zod';
import { compact, type StoredIdentity, storedIdentitySchema } from './stored-identity.ts';

/**
 * All refresh tokens that descend from one login: one family per login (device). It holds hashes, never a token.
 * Removing the record revokes the family.
 *
 * Version 1: first form.
 */
export interface RefreshFamily {
  readonly clientId: string;
  readonly connectorId: string;
  readonly scopes: readonly string[];
  readonly nonce?: string | undefined;
  readonly identity: StoredIdentity;
  /** Seconds since the epoch, here and below. */
  readonly authTime: number;
  readonly createdAt: number;
  /** When the login was finished here, before a client had tokens for it. Absent in records of before this was kept. */
  readonly loggedInAt?: number | undefined;
  /** The session of the browser: `sid`. */
  readonly sessionId?: string | undefined;
  readonly lastUsedAt: number;
  /** Hash of the token that may be used next. */
  readonly current: string;
  /** When the last of its access tokens has ended. Absent in records of before this was kept. */
  readonly tokensEnd?: number | undefined;
  /** The token before it, and the salt that makes its successor of it, for a retry to get the same answer. */
  readonly previous?: { readonly hash: string; readonly salt: string; readonly rotatedAt: number } | undefined;
  /** One replica is asking the upstream provider, until this moment at the latest. */
  readonly lease?: { readonly holder: string; readonly until: number } | undefined;
}

/** When the person logged in here, as far as the record knows. */
export const familySince = ({ loggedInAt, createdAt }: RefreshFamily): number => loggedInAt ?? createdAt;

export const refreshFamily: RecordKind<RefreshFamily> = {
  kind: 'refresh-family',
  version: 1,
  schema: z.object({
    clientId: z.string(),
    connectorId: z.string(),
    scopes: z.array(z.string()),
    nonce: z.string().optional(),
    identity: storedIdentitySchema,
    authTime: z.number().int(),
    createdAt: z.number().int(),
    loggedInAt: z.number().int().optional(),
    sessionId: z.string().optional(),
    lastUsedAt: z.number().int(),
    current: z.string(),
    tokensEnd: z.number().int().optional(),
    previous: z.object({ hash: z.string(), salt: z.string(), rotatedAt: z.number().int() }).optional(),
    lease: z.object({ holder: z.string(), until: z.number().int() }).optional(),
  }),
  encode: compact,
};
