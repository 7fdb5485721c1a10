import { checkPasswordHash, openLocal, type PasswordEntry, staticPasswordDatabase } from '@ostiary/connector-local';
import type { Logger, Secret } from '@ostiary/primitives';
import type { Accounts } from './accounts.ts';
import { fitsKey } from './accounts.ts';
import type { PasswordAccount, PasswordAdministration } from './administration.ts';
import { eitherDatabase } from './either-database.ts';
import { refused, standsInFile } from './refusals.ts';

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
      requireFitting({ email, userId, username });
      const encoded = usableHash(hash);
      if (people.some((person) => person.email === email)) return false;
      if (people.some((person) => person.userId === userId)) throw idInUse(userId);
      const outcome = await accounts.create({ email, userId, username, hash: encoded });
      if (outcome === 'userId') throw idInUse(userId);
      return outcome === 'created';
    },
    async update(email, { hash, username }) {
      const folded = requireAdded(email);
      if (username !== undefined) requireText('username', username);
      return accounts.update(folded, {
        ...(username === undefined ? {} : { username }),
        ...(hash === undefined ? {} : { hash: usableHash(hash) }),
      });
    },
    async remove(email) {
      const folded = requireAdded(email);
      const account = await accounts.find(folded);
      if (account === undefined || !(await accounts.remove(folded))) return false;
      // Nobody logs in as them any more, so all that is left is found.
      await endLogins(account.userId);
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

function requireFitting({ email, userId, username }: PasswordAccount): void {
  requireText('email', email);
  requireText('userId', userId);
  if (!fitsKey(email)) throw refused('email must have 1 to 254 bytes. Write the address to log in with.');
  if (!fitsKey(userId)) throw refused('userId must have 1 to 254 bytes. Write an id that nobody else ever gets.');
  requireText('username', username);
}

function requireText(name: string, value: string): void {
  if (value.length > 1_000) throw refused(`${name} is longer than 1000 signs. Shorten it.`);
  if (value.isWellFormed() && !/\p{Cc}/u.test(value)) return;
  throw refused(`${name} has signs that cannot be shown. Remove them.`);
}

function usableHash(hash: Secret): string {
  const checked = checkPasswordHash(hash.reveal());
  if ('problem' in checked) throw refused(`hash ${checked.problem}`);
  return checked.hash.encoded.reveal();
}

const toAccount = ({ email, userId, username = '' }: PasswordAccount | PasswordEntry): PasswordAccount => ({
  ...{ email, userId, username },
});
