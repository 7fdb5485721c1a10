import { text } from '@ostiary/connector-sdk/config';
import type { Secret } from '@ostiary/primitives';
import { z } from 'zod';
import type { PasswordEntry } from './password-database.ts';
import { checkPasswordHash } from './password-hash.ts';

/** The options of the connector, checked. */
export interface LocalConfig {
  readonly staticPasswords: readonly PasswordEntry[];
}

const passwordHash: z.ZodType<Secret, string> = z.string().transform((value, context) => {
  const checked = checkPasswordHash(value);
  if ('hash' in checked) return checked.hash.encoded;
  context.addIssue(checked.problem);
  return z.NEVER;
});

const staticPassword: z.ZodType<PasswordEntry> = z
  .object({
    email: text().describe('The address to log in with; case does not matter.'),
    hash: passwordHash.describe('bcrypt (cost 10 to 16) or argon2id, or base64 of it.'),
    userID: text().describe('The id of the account; a part of `sub`. Never change it.'),
    username: text().describe('The name to show when `name` is not set.'),
    name: text().exactOptional().describe('The name to show.'),
    preferredUsername: text().exactOptional().describe('`preferred_username`.'),
    emailVerified: z.boolean().default(true).describe('Whether the address is known to be theirs. Default: true.'),
    groups: z.array(text()).default([]).describe('Groups of the account.'),
  })
  .transform(({ userID, email, ...rest }) => ({ ...rest, email: email.toLowerCase(), userId: userID }));

/** Dex's `staticPasswords`, as options of a connector. */
export const localConfig: z.ZodType<LocalConfig> = z.object({
  staticPasswords: z.array(staticPassword).superRefine(refuseDoubles).describe('The people who may log in.'),
});

function refuseDoubles(entries: readonly PasswordEntry[], context: z.core.$RefinementCtx): void {
  for (const [key, label] of [
    ['email', 'email'],
    ['userId', 'userID'],
  ] as const) {
    entries.forEach((entry, index) => {
      if (entries.findIndex((other) => other[key] === entry[key]) === index) return;
      context.addIssue({
        code: 'custom',
        path: [index, label],
        message: 'is used twice. Give every person their own.',
      });
    });
  }
}
