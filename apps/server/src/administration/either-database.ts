import type { PasswordDatabase } from '@ostiary/connector-local';

/** Two password databases as one. What the first one has counts. */
export function eitherDatabase(first: PasswordDatabase, second: PasswordDatabase): PasswordDatabase {
  return {
    find: async (email) => (await first.find(email)) ?? second.find(email),
    findByUserId: async (userId) => (await first.findByUserId(userId)) ?? second.findByUserId(userId),
  };
}
