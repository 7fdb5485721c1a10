import { checkPasswordHash, openLocal, type PasswordEntry, staticPasswordDatabase } from '@ostiary/connector-local';
import type { Logger, Secret } from '@ostiary/primitives';
import { z } from 'zod';
import { type Accounts, fitsKey } from './accounts.ts';
import type { PasswordAccount, PasswordAdministration } from './administration.ts';
import { eitherDatabase } from './either-database.ts';
import { checked, refused, shownText, standsInFile } from './refusals.ts';

export interface PasswordsOptions {
  /** Those of the configuration file. Absent: there is no password database. */
  readonly inFile: readonly PasswordEntry[] | undefined;
  readonly accounts: Accounts;
  /** Ends what somebody of this user id is logged in with. */
  readonly endLogins: (userId: string) => Promise<void>;
  readonly log: Logger;
}

/** People of the password database for administrators: those of the file to look at, those that were added to change. */
export function administerPasswords(options: PasswordsOptions): PasswordAdministration {
  const { inFile, accounts, endLogins, log } = options;
  const people = inFile ?? [];
  const database = eitherDatabase(staticPasswordDatabase(people), accounts);
  const { login } = openLocal(database, { id: 'local', log });
  const requireAdded = (email: string): string => {
    const folded = email.toLowerCase();
    if (!people.some((person) => person.email === folded)) return folded;
    throw standsInFile(`The account ${JSON.stringify(email)}`);
  };
  return {
    async create({ email: typed, hash, userId, username }) {
      if (inFile === undefined) throw refused('There is no password database. Set enablePasswordDB: true.');
      const email = typed.toLowerCase();
      checked(account, { email, userId, username });
      const encoded = usableHash(hash);
      if (people.some((person) => person.email === email)) return false;
      if (people.some((person) => person.userId === userId)) throw idInUse(userId);
      const outcome = await accounts.create({ email, userId, username, hash: encoded });
      if (outcome === 'userId') throw idInUse(userId);
      return outcome === 'created';
    },
    async update(email, { hash, username }) {
      const folded = requireAdded(email);
      if (username !== undefined) checked(named, { username });
      return accounts.update(folded, {
        ...(username === undefined ? {} : { username }),
        ...(hash === undefined ? {} : { hash: usableHash(hash) }),
      });
    },
    async remove(email) {
      const userId = await accounts.remove(requireAdded(email));
      if (userId === undefined) return false;
      // Nobody logs in as them any more, so all that is left is found.
      await endLogins(userId);
      return true;
    },
    async list() {
      const added = (await accounts.list()).filter(({ email }) => !people.some((person) => person.email === email));
      return [...people, ...added].map(toAccount);
    },
    async verify(email, password) {
      if ((await database.find(email.toLowerCase())) === undefined) return undefined;
      return (await login.check({ username: email, password, scopes: noScopes })) !== 'rejected';
    },
  };
}

/** Nobody logs in. */
const noScopes = { offlineAccess: false, groups: false };

const idInUse = (userId: string) =>
  refused(`The user id ${JSON.stringify(userId)} is that of another account. It is part of sub: choose another one.`);

const named = z.object({ username: shownText });

const account = named.extend({
  email: shownText.refine(fitsKey, 'must have 1 to 254 bytes. Write the address to log in with.'),
  userId: shownText.refine(fitsKey, 'must have 1 to 254 bytes. Write an id that nobody else ever gets.'),
});

function usableHash(hash: Secret): string {
  const read = checkPasswordHash(hash.reveal());
  if ('problem' in read) throw refused(`hash ${read.problem}`);
  return read.hash.encoded.reveal();
}

const toAccount = ({ email, userId, username = '' }: PasswordAccount | PasswordEntry): PasswordAccount => ({
  ...{ email, userId, username },
});
