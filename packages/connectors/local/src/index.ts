/** A password database of one's own: people, bcrypt or argon2id hashes, groups. */
export type { LocalConfig } from './config.ts';
export { local, openLocal } from './definition.ts';
export { type PasswordDatabase, type PasswordEntry, staticPasswordDatabase } from './password-database.ts';
export { type CheckedHash, checkPasswordHash, type PasswordHash } from './password-hash.ts';
