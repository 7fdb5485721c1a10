/** Calls about people of the password database. */
import { Secret } from '@ostiary/primitives';
import type { PasswordAdministration } from '../administration.ts';
import { type Calls, callOf } from './call.ts';
import { invalid } from './refusals.ts';

/** @param passwords those that count now. */
export function passwordCalls(
  passwords: () => PasswordAdministration,
): Calls<'createPassword' | 'updatePassword' | 'deletePassword' | 'listPasswords' | 'verifyPassword'> {
  return {
    async createPassword({ password }, context) {
      if (password === undefined) throw invalid('No account is given. Put one into the field password.');
      const { email, username, userId } = password;
      requireEmail(email);
      if (userId === '') throw invalid('No user_id is given. Each person needs one, which no other ever had.');
      if (password.hash.length === 0) throw invalid(`No hash is given. ${howToHash}`);
      const created = await passwords().create({ email, username, userId, hash: hashOf(password.hash) });
      if (created) callOf(context).log.info('admin.password_created', { user: userId, email });
      return { alreadyExists: !created };
    },
    async updatePassword({ email, newHash, newUsername }, context) {
      requireEmail(email);
      const changes = {
        ...(newUsername === '' ? {} : { username: newUsername }),
        ...(newHash.length === 0 ? {} : { hash: hashOf(newHash) }),
      };
      if (Object.keys(changes).length === 0) throw invalid('Nothing is to be changed. Set new_hash or new_username.');
      const found = await passwords().update(email, changes);
      if (found) callOf(context).log.info('admin.password_updated', { email, changed: Object.keys(changes).join(' ') });
      return { notFound: !found };
    },
    async deletePassword({ email }, context) {
      requireEmail(email);
      const found = await passwords().remove(email);
      if (found) callOf(context).log.info('admin.password_deleted', { email });
      return { notFound: !found };
    },
    listPasswords: async () => ({
      passwords: (await passwords().list()).map(({ email, username, userId }) => ({ email, username, userId })),
    }),
    async verifyPassword({ email, password }, context) {
      requireEmail(email);
      if (password === '') throw invalid('No password is given. Put the one that is to be tried into it.');
      const verified = await passwords().verify(email, new Secret(password));
      callOf(context).log.info('admin.password_verified', { email, outcome: outcomes[String(verified)] });
      return { verified: verified === true, notFound: verified === undefined };
    },
  };
}

const outcomes: Readonly<Record<string, string>> = { true: 'right', false: 'wrong', undefined: 'not_found' };

function requireEmail(email: string): void {
  if (email === '') throw invalid('No email is given. Name the account by it.');
}

const howToHash = 'Send what bcrypt or argon2id made of the password, as text.';

function hashOf(bytes: Uint8Array): Secret {
  try {
    return new Secret(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid(`The hash is not a text. ${howToHash}`);
  }
}
