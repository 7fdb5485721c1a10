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

const staticPassword = z.object({
  email: text().describe('The address to log in with; case does not matter.'),
  hash: passwordHash.describe('bcrypt (cost 10 to 16) or argon2id, or base64 of it.'),
  userID: text()
    .refine((id) => id.isWellFormed(), 'is no well-formed Unicode. Take away what stands alone of a pair.')
    .describe('The id of the account; a part of `sub`. Never change it.'),
  username: text().exactOptional().describe('The name to show when `name` is not set.'),
  name: text().exactOptional().describe('The name to show.'),
  preferredUsername: text().exactOptional().describe('`preferred_username`.'),
  emailVerified: z.boolean().default(true).describe('Whether the address is known to be theirs. Default: true.'),
  groups: z.array(text()).default([]).describe('Groups of the account.'),
});

const toEntry = ({ userID, email, ...rest }: z.infer<typeof staticPassword>): PasswordEntry => ({
  ...rest,
  email: email.toLowerCase(),
  userId: userID,
});

/** Dex's `staticPasswords`, as options of a connector. */
export const localConfig: z.ZodType<LocalConfig> = z.object({
  staticPasswords: z
    .array(staticPassword)
    .superRefine(refuseDoubles, { when: ({ value }) => Array.isArray(value) })
    .transform((entries) => entries.map(toEntry))
    .describe('The people who may log in.'),
});

/** Asked about entries that are wrong otherwise too, so they are not known to be entries. */
function refuseDoubles(entries: readonly unknown[], context: z.core.$RefinementCtx): void {
  for (const key of ['email', 'userID'] as const) {
    const values = entries.map((entry) => textOf(entry, key));
    values.forEach((value, index) => {
      if (value === undefined || values.indexOf(value) === index) return;
      context.addIssue({ code: 'custom', path: [index, key], message: 'is used twice. Give every person their own.' });
    });
  }
}

function textOf(entry: unknown, key: 'email' | 'userID'): string | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const value: unknown = Object.entries(entry).find(([name]) => name === key)?.[1];
  if (typeof value !== 'string' || value === '') return undefined;
  return key === 'email' ? value.toLowerCase() : value;
}
