/** Accounts of the password database that administrators added while the server runs: see docs/adr/0031. */
import type { PasswordDatabase, PasswordEntry } from '@ostiary/connector-local';
import { OstiaryError, Secret } from '@ostiary/primitives';
import {
  type RecordStore,
  readAll,
  recordStore,
  retryConflicts,
  type StorageDriver,
  type Version,
} from '@ostiary/storage-sdk';
import { type AccountRecord, accountOfUser, accountRecord } from './account-record.ts';

/** An account with what it is checked by. The address is in lower case. */
export interface Account extends AccountRecord {
  readonly email: string;
}

/**
 * Accounts in a storage, for the connector and for who adds them. What they say is not checked here.
 *
 * All reject with `storage/unavailable`, and those that write with `storage/conflict` too.
 */
export interface Accounts extends PasswordDatabase {
  /**
   * @returns `email` when there is one with this address, `userId` when another one has this id.
   */
  create(account: Account): Promise<'created' | 'email' | 'userId'>;
  /** @returns false when there is none. */
  update(email: string, changes: Partial<Pick<Account, 'hash' | 'username'>>): Promise<boolean>;
  /** @returns the user id of the account that was there; `undefined` when there is none. */
  remove(email: string): Promise<string | undefined>;
  /** All of them, by address. Reads every record. */
  list(): Promise<readonly Account[]>;
}

interface Stores {
  readonly accounts: RecordStore<AccountRecord>;
  readonly ofUsers: RecordStore<{ readonly email: string }>;
}

/** Bytes that fit into the key of a record, however they are written there. An address has 254 at most (RFC 5321). */
const MOST_BYTES = 254;

/** Whether an address or a user id can be that of an account here. */
export const fitsKey = (text: string): boolean =>
  text !== '' && text.isWellFormed() && Buffer.byteLength(text) <= MOST_BYTES;

/** Opens the accounts in `storage`. */
export function openAccounts(storage: StorageDriver): Accounts {
  const accounts = recordStore(storage, accountRecord);
  const ofUsers = recordStore(storage, accountOfUser);
  const find = async (email: string): Promise<PasswordEntry | undefined> => {
    // People type anything into the form.
    const record = fitsKey(email) ? await accounts.get(email) : undefined;
    return record && toEntry(email, record.value);
  };
  return {
    find,
    async findByUserId(userId) {
      const email = fitsKey(userId) ? (await ofUsers.get(userId))?.value.email : undefined;
      const entry = email === undefined ? undefined : await find(email);
      return entry?.userId === userId ? entry : undefined;
    },
    create: (account) => create(account, { accounts, ofUsers }),
    async update(email, changes) {
      if (!fitsKey(email)) return false;
      const after = await accounts.update(email, (record) =>
        record === undefined ? 'keep' : { set: { ...record, ...changes } },
      );
      return after !== undefined;
    },
    remove: async (email) => (fitsKey(email) ? remove(email, { accounts, ofUsers }) : undefined),
    async list() {
      const all = await readAll(accounts, ([email = ''], record) => ({ email, ...record }));
      return all.toSorted((one, other) => (one.email < other.email ? -1 : 1));
    },
  };
}

/**
 * The way to the account by its user id is written first, and once more after it: whoever finds it and no account yet may
 * take the id over only as long as that has not happened, so of two with one id at most one stays.
 */
async function create({ email, ...record }: Account, stores: Stores): Promise<'created' | 'email' | 'userId'> {
  const { accounts, ofUsers } = stores;
  if ((await accounts.get(email)) !== undefined) return 'email';
  const reserved = await reserve({ email, userId: record.userId }, stores);
  if (reserved === undefined) return 'userId';
  if (!(await accounts.create(email, record))) return 'email';
  if ((await ofUsers.replace(record.userId, reserved, { set: { email } })) !== undefined) return 'created';
  // Somebody who adds the same account at the same time leads there, too.
  if ((await ofUsers.get(record.userId))?.value.email === email) return 'created';
  // It may have been removed, and somebody else have the address.
  await accounts.update(email, (current) => (current?.userId === record.userId ? 'remove' : 'keep'));
  throw new OstiaryError('storage/conflict', 'Another account with this user id was added at the same time.');
}

/** The way to it goes only if it is still that of before: whoever adds the account anew meanwhile has written another. */
async function remove(email: string, { accounts, ofUsers }: Stores): Promise<string | undefined> {
  const found = await accounts.get(email);
  if (found === undefined) return undefined;
  const { userId } = found.value;
  const way = await ofUsers.get(userId);
  const taken = await accounts.take(email);
  if (way?.value.email === email && taken !== undefined) await ofUsers.take(userId, { ifVersion: way.version });
  return taken?.userId;
}

/** The version of the entry that leads to this account from now on; `undefined` when it leads to another one. */
async function reserve(
  { email, userId }: Pick<Account, 'email' | 'userId'>,
  { accounts, ofUsers }: Stores,
): Promise<Version | undefined> {
  const mine = await retryConflicts(async () => {
    const found = await ofUsers.update(userId, (current) => (current === undefined ? { set: { email } } : 'keep'));
    if (found === undefined || found.value.email === email) return { record: found };
    const owner = await accounts.get(found.value.email);
    if (owner?.value.userId === userId) return { record: undefined };
    const record = await ofUsers.replace(userId, found.version, { set: { email } });
    return record === undefined ? 'conflict' : { record };
  }, {});
  return mine?.version;
}

/** The address was typed by an administrator. What else a person has stands in the configuration file. */
const toEntry = (email: string, { userId, username, hash }: AccountRecord): PasswordEntry => ({
  ...{ email, userId, username, hash: new Secret(hash), emailVerified: true, groups: [] },
});
