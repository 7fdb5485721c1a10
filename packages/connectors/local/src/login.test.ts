import { readConfig } from '@ostiary/connector-sdk/config';
import { recordingLogger, testContext } from '@ostiary/connector-sdk/testing';
import { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { local } from './definition.ts';
import { localLogin } from './login.ts';
import { type PasswordEntry, staticPasswordDatabase } from './password-database.ts';
import type { PasswordHash } from './password-hash.ts';
import { localRefresh } from './refresh.ts';
import { createPasswordVerifier } from './verifier.ts';

const scopes = { offlineAccess: false, groups: false };
// Both are hashes of `correct horse`.
const bcrypt = '$2y$10$PjyRVeMRTRj5zDR8UWC42Ox5LEaMVpHaUmIgUPCYh9dlaF2AiiJDK';
const argon2id = '$argon2id$v=19$m=19456,t=2,p=1$ToHcnVSAMhfTuTsr0797vQ$qOpBVyRrCY2bYN2daRnNHVYtPCNJM1N8qeCHExfhfNk';
// Of 36 times `é`.
const ofSeventyTwoBytes = '$2b$10$ICYyg0Wv9Oud2L8jS3i0IOcqMFj8aykJO.U3PIpDrMbfFyYsZceU6';

const jane: PasswordEntry = {
  email: 'jane@example.com',
  hash: new Secret(bcrypt),
  userId: 'id-1',
  username: 'jane',
  name: 'Jane Doe',
  emailVerified: true,
  groups: ['a', 'b', 'a'],
};

function loginOf(...entries: readonly PasswordEntry[]) {
  const log = recordingLogger();
  const asked: (PasswordHash | undefined)[] = [];
  const real = createPasswordVerifier();
  const verifier: typeof real = {
    verify(password, hash) {
      asked.push(hash);
      return real.verify(password, hash);
    },
  };
  const login = localLogin({ database: staticPasswordDatabase(entries), verifier, context: testContext({ log }) });
  const check = (username: string, password: string) =>
    login.check({ username, password: new Secret(password), scopes });
  return { check, log, asked };
}

describe('local login', () => {
  it.each([bcrypt, argon2id])('lets the right password in: %s', async (hash) => {
    const { check } = loginOf({ ...jane, hash: new Secret(hash) });
    expect(await check('Jane@Example.com', 'correct horse')).toEqual({
      userId: 'id-1',
      username: 'Jane Doe',
      email: { address: 'jane@example.com', verified: true },
      groups: ['a', 'b'],
    });
    expect(await check('jane@example.com', 'correct Horse')).toBe('rejected');
  });

  it.each([
    [{ username: 'jane', name: 'Jane Doe' }, 'Jane Doe'],
    [{ username: 'jane' }, 'jane'],
    [{ name: 'Jane Doe' }, 'Jane Doe'],
    [{}, ''],
  ])('shows the name, else the user name, else nothing, as Dex does: %j', async (names, shown) => {
    const { username: _username, name: _name, ...nameless } = jane;
    const { check } = loginOf({ ...nameless, ...names });
    expect(await check('jane@example.com', 'correct horse')).toMatchObject({ username: shown });
  });

  it('checks a password for an unknown address too, and rejects it whatever it is', async () => {
    const { check, asked } = loginOf(jane);
    expect(await check('nobody@example.com', 'correct horse')).toBe('rejected');
    expect(asked).toEqual([undefined]);
  });

  it('rejects empty names and passwords before anything is asked', async () => {
    const { check, asked } = loginOf(jane);
    expect(await check('jane@example.com', '')).toBe('rejected');
    expect(await check('', 'correct horse')).toBe('rejected');
    expect(asked).toEqual([]);
  });

  it('rejects more than 72 bytes like any wrong password, though bcrypt would look at the first 72 only', async () => {
    const password = 'é'.repeat(36);
    const { check, asked } = loginOf({ ...jane, hash: new Secret(ofSeventyTwoBytes) });
    expect(await check('jane@example.com', password)).toMatchObject({ userId: 'id-1' });
    expect(await check('jane@example.com', `${password}x`)).toBe('rejected');
    expect(await check('nobody@example.com', `${password}x`)).toBe('rejected');
    expect(asked).toHaveLength(3);
  });

  it('rejects an account whose stored hash is too cheap, and tells the operator only', async () => {
    const { check, log, asked } = loginOf({ ...jane, hash: new Secret(bcrypt.replace('$10$', '$04$')) });
    expect(await check('jane@example.com', 'correct horse')).toBe('rejected');
    expect(asked).toEqual([undefined]);
    const fields = { connector: 'test', userId: 'id-1', problem: expect.stringContaining('cost 4') };
    expect(log.lines).toEqual([{ level: 'error', event: 'local.hash_refused', fields }]);
  });
});

describe('local refresh', () => {
  const identity = {
    userId: 'id-1',
    username: 'old',
    email: { address: 'old@example.com', verified: false },
    groups: [],
  };
  const ask = { identity, scopes, persist: async () => {} };

  it('renews every value, the address included, by the id of the account', async () => {
    const refreshed = await localRefresh(staticPasswordDatabase([jane])).refresh(ask);
    expect(refreshed).toMatchObject({
      username: 'Jane Doe',
      email: { address: 'jane@example.com' },
      groups: ['a', 'b'],
    });
  });

  it('logs out an account that is gone, also when its address went to somebody else', async () => {
    const successor = { ...jane, email: 'old@example.com', userId: 'id-2' };
    expect(await localRefresh(staticPasswordDatabase([successor])).refresh(ask)).toBe('rejected');
  });

  it('does not believe a database that answers another account', async () => {
    const database = { find: async () => undefined, findByUserId: async () => ({ ...jane, userId: 'id-2' }) };
    expect(await localRefresh(database).refresh(ask)).toBe('rejected');
  });
});

describe('local configuration', () => {
  const entry = { email: 'Jane@Example.com', hash: bcrypt, userID: '1', username: 'jane' };
  const read = (...staticPasswords: readonly object[]) =>
    readConfig(local.config, { staticPasswords }, { path: 'config' });

  it('takes what Dex takes', async () => {
    const { staticPasswords } = await read({ ...entry, hash: Buffer.from(bcrypt).toString('base64') });
    const [first] = staticPasswords;
    expect(first).toMatchObject({ email: 'jane@example.com', userId: '1', emailVerified: true, groups: [] });
    expect(first?.hash.reveal()).toBe(bcrypt);
    const { username: _username, ...nameless } = entry;
    const { staticPasswords: others } = await read({ ...nameless, name: 'Jane Doe' });
    expect(others[0]).toMatchObject({ name: 'Jane Doe' });
    expect((await read(nameless)).staticPasswords).toHaveLength(1);
  });

  it.each([
    [
      'a cheap hash',
      [{ ...entry, hash: bcrypt.replace('$10$', '$04$') }],
      'staticPasswords[0].hash: has bcrypt cost 4',
    ],
    ['no hash', [{ ...entry, hash: undefined }], 'staticPasswords[0].hash: is missing'],
    ['an id that is no Unicode', [{ ...entry, userID: '\ud800' }], 'staticPasswords[0].userID: is no well-formed'],
    ['an address twice', [entry, { ...entry, email: 'jane@example.com', userID: '2' }], '[1].email: is used twice'],
    ['an id twice', [entry, { ...entry, email: 'b@example.com' }], '[1].userID: is used twice'],
    [
      'an address and an id twice, beside entries that are wrong otherwise',
      [entry, { ...entry, hash: 'x' }, {}, 'x'],
      /\[1\]\.hash: is not[\s\S]*\[2\]\.email: is missing[\s\S]*\[1\]\.email: is used twice[^[]*\[1\]\.userID: is used twice[^[]*$/u,
    ],
  ])('refuses %s', async (_what, entries, message) => {
    await expect(read(...entries)).rejects.toThrow(message);
  });
});
