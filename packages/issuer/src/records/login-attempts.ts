import type { RecordKind } from '@ostiary/storage-sdk';
import { z } from 'zod';

/** How often somebody tried in vain to log in with a password. */
export interface LoginAttempts {
  readonly count: number;
  /** A hash of the name as it was typed; absent when it was typed in several ways, and for an address. */
  readonly spelling?: string | undefined;
}

/**
 * The wrong passwords for one account, or from one network address. Lives from the first of them to the end of the
 * window; its id is a hash, for people type passwords into the field of the name.
 *
 * Version 1: first form. `spelling` came later; a release that does not know it drops it, which clears less.
 */
export const loginAttempts: RecordKind<LoginAttempts> = {
  kind: 'login-attempts',
  version: 1,
  schema: z.object({ count: z.number().int(), spelling: z.string().optional() }),
  encode: ({ count, spelling }) => ({ count, ...(spelling === undefined ? {} : { spelling }) }),
};
