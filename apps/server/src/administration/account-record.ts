import type { RecordKind } from '@ostiary/storage-sdk';
import { z } from 'zod';

/**
 * An account of the password database that an administrator added. Its key is the address, in lower case.
 *
 * Version 1: first form.
 */
export interface AccountRecord {
  readonly userId: string;
  readonly username: string;
  /** Encoded: bcrypt or argon2id. */
  readonly hash: string;
}

export const accountRecord: RecordKind<AccountRecord> = {
  kind: 'account',
  version: 1,
  schema: z.object({ userId: z.string(), username: z.string(), hash: z.string() }),
  encode: ({ userId, username, hash }) => ({ userId, username, hash }),
};

/**
 * Which account has a user id. It is written before the account, so it may lead to none; the account says whose it is.
 *
 * Version 1: first form.
 */
export const accountOfUser: RecordKind<{ readonly email: string }> = {
  kind: 'account-of-user',
  version: 1,
  schema: z.object({ email: z.string() }),
  encode: ({ email }) => ({ email }),
};
