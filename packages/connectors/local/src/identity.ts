import type { Identity } from '@ostiary/connector-sdk';
import type { PasswordEntry } from './password-database.ts';

/** The identity that an entry stands for. Groups are always given; the issuer shows them to who asks. */
export function identityOf(entry: PasswordEntry): Identity {
  const { preferredUsername } = entry;
  return {
    userId: entry.userId,
    username: entry.name ?? entry.username ?? '',
    ...(preferredUsername === undefined ? {} : { preferredUsername }),
    email: { address: entry.email, verified: entry.emailVerified },
    groups: [...new Set(entry.groups)],
  };
}
