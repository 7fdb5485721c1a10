import type { Secret } from '@ostiary/primitives';

/** One person in a password database. */
export interface PasswordEntry {
  /** Lower case. */
  readonly email: string;
  /** A bcrypt or argon2id hash, or base64 of one. */
  readonly hash: Secret;
  /** Never changes and is never given to somebody else; a part of `sub`. */
  readonly userId: string;
  /** The name to show without `name`. */
  readonly username?: string;
  /** The name to show. Without both there is none. */
  readonly name?: string;
  readonly preferredUsername?: string;
  readonly emailVerified: boolean;
  readonly groups: readonly string[];
}

/**
 * Where the passwords are: a file, a table, a directory of one's own.
 *
 * Both functions reject with `storage/unavailable` or `upstream/unavailable` when trying again may help.
 */
export interface PasswordDatabase {
  /** @param email in lower case. */
  find(email: string): Promise<PasswordEntry | undefined>;
  /** For refresh: an address may have gone to somebody else since the login, an id has not. */
  findByUserId(userId: string): Promise<PasswordEntry | undefined>;
}

/** A password database that is a list, as `staticPasswords` in a configuration file. */
export function staticPasswordDatabase(entries: readonly PasswordEntry[]): PasswordDatabase {
  const byEmail = new Map(entries.map((entry) => [entry.email.toLowerCase(), entry]));
  const byUserId = new Map(entries.map((entry) => [entry.userId, entry]));
  return {
    find: async (email) => byEmail.get(email),
    findByUserId: async (userId) => byUserId.get(userId),
  };
}
