import type { RecordKind } from '@ostiary/storage-sdk';
import { z } from 'zod';
import { compact } from './stored-identity.ts';

/** What was registered of a client. */
export interface StoredRegistration {
  readonly name: string;
  readonly public: boolean;
  readonly secret?: string | undefined;
  readonly redirectUris: readonly string[];
  readonly trustedPeers: readonly string[];
  readonly logoUrl?: string | undefined;
}

/**
 * A client that administrators registered. One that was removed leaves a record behind, for as long as its logins may be
 * there: the next client with its id must not inherit them.
 *
 * Version 1: first form.
 */
export interface ClientRecord {
  /** Absent: it was removed. */
  readonly registration?: StoredRegistration | undefined;
  /** When the last client of this id was removed, in seconds since the epoch. */
  readonly removedAt?: number | undefined;
}

export const clientRecord: RecordKind<ClientRecord> = {
  kind: 'client',
  version: 1,
  schema: z.object({
    registration: z
      .object({
        name: z.string(),
        public: z.boolean(),
        secret: z.string().optional(),
        redirectUris: z.array(z.string()),
        trustedPeers: z.array(z.string()),
        logoUrl: z.string().optional(),
      })
      .optional(),
    removedAt: z.number().int().optional(),
  }),
  encode: compact,
};
