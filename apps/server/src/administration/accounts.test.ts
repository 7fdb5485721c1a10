import { fakeClock, seededRandom } from '@ostiary/connector-sdk/testing';
import { silentLogger } from '@ostiary/primitives';
import { memoryStorage } from '@ostiary/storage-memory';
import type { Key, StorageDriver } from '@ostiary/storage-sdk';
import { describe, expect, it } from 'vitest';
import { type Account, openAccounts } from './accounts.ts';

const jane: Account = { email: 'jane@example.com', userId: 'u-1', username: 'Jane', hash: '$2y$10$x' };

const openStorage = (): Promise<StorageDriver> =>
  memoryStorage.open({}, { now: fakeClock().now, random: seededRandom('accounts'), log: silentLogger });

/** A storage that runs something else, once, right before a write of one kind. */
const before = (storage: StorageDriver, kind: string, act: () => Promise<unknown>): StorageDriver => {
  let calls = 0;
  const once = async ([of]: Key): Promise<void> => {
    if (of === kind && calls++ === 0) await act();
  };
  return {
    ...storage,
    put: (key, value, options) => once(key).then(() => storage.put(key, value, options)),
    take: (key, options) => once(key).then(() => storage.take(key, options)),
  };
};

/** A storage that runs something else, once, right after an account was taken from it. */
const afterRemoval = (storage: StorageDriver, act: () => Promise<unknown>): StorageDriver => {
  let calls = 0;
  return {
    ...storage,
    async take(key, options) {
      const taken = await storage.take(key, options);
      if (key[0] === 'account' && calls++ === 0) await act();
      return taken;
    },
  };
};

describe('accounts', () => {
  it('are found by address and by user id, as people whose address is known to be theirs', async () => {
    const accounts = openAccounts(await openStorage());
    expect(await accounts.create(jane)).toBe('created');
    const entry = { email: 'jane@example.com', userId: 'u-1', username: 'Jane', emailVerified: true, groups: [] };
    expect(await accounts.find('jane@example.com')).toMatchObject(entry);
    expect(await accounts.findByUserId('u-1')).toMatchObject(entry);
    expect((await accounts.find('jane@example.com'))?.hash.reveal()).toBe('$2y$10$x');
    expect(await accounts.find('john@example.com')).toBeUndefined();
    expect(await accounts.findByUserId('u-2')).toBeUndefined();
  });

  it('are not found by a user id that they do not have', async () => {
    const storage = await openStorage();
    const accounts = openAccounts(storage);
    // As a process that died while it added the account leaves it.
    await storage.put(['account-of-user', 'u-9'], { v: 1, d: { email: jane.email } }, { ifVersion: 'absent' });
    await accounts.create(jane);
    expect(await accounts.findByUserId('u-9')).toBeUndefined();
  });

  it('are stored as they always were: the next release must read them', async () => {
    const storage = await openStorage();
    await openAccounts(storage).create(jane);
    const { email, ...record } = jane;
    expect((await storage.get(['account', email]))?.value).toEqual({ v: 1, d: record });
    expect((await storage.get(['account-of-user', 'u-1']))?.value).toEqual({ v: 1, d: { email } });
  });

  it('have an address and a user id of their own', async () => {
    const accounts = openAccounts(await openStorage());
    await accounts.create(jane);
    expect(await accounts.create({ ...jane, userId: 'u-2' })).toBe('email');
    expect(await accounts.create({ ...jane, email: 'john@example.com' })).toBe('userId');
    expect((await accounts.list()).map(({ email }) => email)).toEqual(['jane@example.com']);
  });

  it('give their user id back when they go', async () => {
    const accounts = openAccounts(await openStorage());
    await accounts.create(jane);
    expect(await accounts.remove(jane.email)).toBe('u-1');
    expect(await accounts.remove(jane.email)).toBeUndefined();
    expect(await accounts.findByUserId('u-1')).toBeUndefined();
    expect(await accounts.create({ ...jane, email: 'john@example.com' })).toBe('created');
    expect(await accounts.findByUserId('u-1')).toMatchObject({ email: 'john@example.com' });
  });

  it.each([
    ['account', 'the way to it was written'],
    ['account-of-user', 'anything was written'],
  ])('can be added again when a process died before %s', async (kind) => {
    const storage = await openStorage();
    const dying = before(storage, kind, () => Promise.reject(new Error('killed')));
    await expect(openAccounts(dying).create(jane)).rejects.toThrow('killed');
    const accounts = openAccounts(storage);
    expect(await accounts.findByUserId('u-1')).toBeUndefined();
    expect(await accounts.create({ ...jane, email: 'john@example.com' })).toBe('created');
    expect(await accounts.create(jane)).toBe('userId');
    expect(await accounts.findByUserId('u-1')).toMatchObject({ email: 'john@example.com' });
  });

  it('of one user id are not both added, at whichever moment the other one comes', async () => {
    const other = { ...jane, email: 'john@example.com' };
    for (const kind of ['account-of-user', 'account']) {
      const storage = await openStorage();
      let outcome: string | undefined;
      const racing = before(storage, kind, async () => {
        outcome = await openAccounts(storage).create(other);
      });
      const mine = await openAccounts(racing)
        .create(jane)
        .catch((error: { code: string }) => error.code);
      expect([outcome, mine]).toEqual(['created', kind === 'account' ? 'storage/conflict' : 'userId']);
      const accounts = openAccounts(storage);
      expect((await accounts.list()).map(({ email }) => email)).toEqual([other.email]);
      expect(await accounts.findByUserId('u-1')).toMatchObject({ email: other.email });
    }
  });

  it('that are the same are added once, by whoever is first', async () => {
    for (const kind of ['account-of-user', 'account']) {
      const storage = await openStorage();
      let outcome: string | undefined;
      const racing = before(storage, kind, async () => {
        outcome = await openAccounts(storage).create(jane);
      });
      expect(await openAccounts(racing).create(jane)).toBe('email');
      expect(outcome).toBe('created');
      expect(await openAccounts(storage).findByUserId('u-1')).toMatchObject({ email: jane.email });
    }
    const accounts = openAccounts(await openStorage());
    const all = await Promise.all(Array.from({ length: 20 }, () => accounts.create(jane)));
    expect(all.filter((one) => one === 'created')).toHaveLength(1);
    expect(await accounts.list()).toHaveLength(1);
  });

  it('that are added anew while they are removed stay whole, at whichever moment that happens', async () => {
    for (const meanwhile of [
      afterRemoval,
      (storage: StorageDriver, act: () => Promise<unknown>) => before(storage, 'account-of-user', act),
    ]) {
      const storage = await openStorage();
      const accounts = openAccounts(storage);
      await accounts.create(jane);
      let outcome: string | undefined;
      const racing = meanwhile(storage, async () => {
        outcome = await accounts.create(jane);
      });
      expect(await openAccounts(racing).remove(jane.email)).toBe('u-1');
      expect(outcome).toBe('created');
      expect(await accounts.findByUserId('u-1')).toMatchObject({ email: jane.email });
      expect(await accounts.create({ ...jane, email: 'john@example.com' })).toBe('userId');
    }
  });

  it('that are removed while they are added take nobody along who comes with the address', async () => {
    const storage = await openStorage();
    const accounts = openAccounts(storage);
    let writes = 0;
    const racing: StorageDriver = {
      ...storage,
      async put(key, value, options) {
        // The second one to its user id: the account is there already.
        if (key[0] === 'account-of-user' && ++writes === 2) {
          await accounts.remove(jane.email);
          await accounts.create({ ...jane, userId: 'u-2' });
        }
        return storage.put(key, value, options);
      },
    };
    await expect(openAccounts(racing).create(jane)).rejects.toMatchObject({ code: 'storage/conflict' });
    expect(await accounts.list()).toEqual([{ ...jane, userId: 'u-2' }]);
  });

  it('leave the way to another one when they go, if a process died while two got one user id', async () => {
    const storage = await openStorage();
    const accounts = openAccounts(storage);
    await accounts.create(jane);
    const john = { v: 1, d: { userId: 'u-1', username: 'John', hash: jane.hash } };
    await storage.put(['account', 'john@example.com'], john, { ifVersion: 'absent' });
    await storage.put(['account-of-user', 'u-1'], { v: 1, d: { email: 'john@example.com' } }, { ifVersion: 'any' });
    await accounts.remove(jane.email);
    expect(await accounts.findByUserId('u-1')).toMatchObject({ email: 'john@example.com' });
  });

  it('change without losing what somebody else changes', async () => {
    const accounts = openAccounts(await openStorage());
    await accounts.create(jane);
    await Promise.all([
      accounts.update(jane.email, { username: 'Jane Doe' }),
      accounts.update(jane.email, { hash: '$2y$10$y' }),
    ]);
    expect(await accounts.list()).toEqual([{ ...jane, username: 'Jane Doe', hash: '$2y$10$y' }]);
    expect(await accounts.update('john@example.com', { username: 'John' })).toBe(false);
  });

  it.each(['', 'x'.repeat(255), 'ä'.repeat(128), '\ud800'])(
    'are not looked for under what none can have: %j',
    async (text) => {
      const storage = await openStorage();
      const refuse = (): Promise<never> => Promise.reject(new Error('asked'));
      const accounts = openAccounts({ ...storage, get: refuse, put: refuse, take: refuse });
      expect(await accounts.find(text)).toBeUndefined();
      expect(await accounts.findByUserId(text)).toBeUndefined();
      expect(await accounts.update(text, {})).toBe(false);
      expect(await accounts.remove(text)).toBeUndefined();
    },
  );
});
