import type { RecordKind } from '@ostiary/storage-sdk';
import { z } from 'zod';

/** How often somebody tried in vain to log in with a password. */
export interface LoginAttempts {
  readonly count: number;
}

/**
 * The wrong passwords for one account, or from one network address. Lives from the first of them to the end of the
 * window; its id is a hash, for people type passwords into the field of the name.
 *
 * Version 1: first form.
 */
export const loginAttempts: RecordKind<LoginAttempts> = {
  kind: 'login-attempts',
  version: 1,
  schema: z.object({ count: z.number().int() }),
  encode: (value) => ({ count: value.count }),
};
