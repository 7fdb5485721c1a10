/** What a login does with a directory, whatever the directory: no server is needed to see it. */

import { readConfig } from '@ostiary/connector-sdk/config';
import { Secret } from '@ostiary/primitives';
import type { Entry } from 'ldapts';
import { describe, expect, it } from 'vitest';
import { ldapConfig } from './config.ts';
import { configuredDialect, type Dialect } from './dialect.ts';
import type { Directory } from './directory.ts';
import { ldapLogin } from './login.ts';
import { ldapRefresh } from './refresh.ts';

const jane: Entry = { dn: 'uid=jane,dc=example', uid: 'jane' };

interface Options {
  /** Restricts who may log in. */
  readonly allowedGroups?: readonly string[];
  readonly groups?: readonly Entry[];
  readonly dialect?: Partial<Dialect>;
}

/** The client never asks for groups. */
async function played(found: readonly Entry[], { allowedGroups = [], groups = [], dialect: own = {} }: Options = {}) {
  const raw = {
    host: 'h',
    userSearch: { baseDN: 'dc=example', username: 'uid', idAttr: 'uid' },
    groupSearch: { baseDN: 'dc=groups', nameAttr: 'cn', userMatchers: [{ userAttr: 'DN', groupAttr: 'member' }] },
    allowedGroups,
  };
  const config = await readConfig(ldapConfig, raw, { path: 'config' });
  const tried: (string | undefined)[] = [];
  const directory: Directory = (work) =>
    work({
      search: async (base) => (base === 'dc=groups' ? groups : found),
      async hasPassword(dn) {
        tried.push(dn);
        return true;
      },
    });
  const scopes = { offlineAccess: true, groups: false };
  const dialect = { ...configuredDialect(config), ...own };
  const parts = { config, directory, dialect, now: () => new Date(0) };
  const check = (username: string, password = 'pw') =>
    ldapLogin(parts).check({ username, password: new Secret(password), scopes });
  const refresh = ldapRefresh(parts);
  const renew = (username: string) => refresh.refresh({ identity: knownAs(username), scopes, persist: async () => {} });
  return { tried, check, renew };
}

const knownAs = (username: string) => ({
  userId: 'jane',
  username,
  groups: [],
  connectorData: new Secret(JSON.stringify({ username })),
});

describe('a login', () => {
  it('tries the password of nobody too, so that the time does not tell who is there', async () => {
    const { check, tried } = await played([]);
    expect(await check('nobody')).toBe('rejected');
    expect(tried).toEqual([undefined]);
  });

  it('does not ask the directory about a name that is longer than any', async () => {
    const { check, tried } = await played([jane]);
    expect(await check('n'.repeat(1025))).toBe('rejected');
    expect(tried).toEqual([]);
  });

  it('does not try an empty password, which a server may take for an anonymous bind', async () => {
    const { check, tried } = await played([jane]);
    expect(await check('jane', '')).toBe('rejected');
    expect(tried).toEqual([]);
    expect(await check('jane')).toMatchObject({ userId: 'jane' });
    expect(tried).toEqual([jane.dn]);
  });

  it('does not ask the directory about no name', async () => {
    const { check, tried } = await played([jane]);
    expect(await check('')).toBe('rejected');
    expect(tried).toEqual([]);
  });

  it('does not guess between two entries', async () => {
    const { check, tried } = await played([jane, { ...jane, dn: 'uid=jane,ou=b,dc=example' }]);
    await expect(check('jane')).rejects.toMatchObject({ code: 'upstream/protocol' });
    expect(tried).toEqual([]);
  });
});

describe('an allow-list', () => {
  const ops = { dn: 'cn=ops,dc=groups', cn: 'ops' };

  it('lets in who is in it, though the client does not ask for groups', async () => {
    const { check, renew } = await played([jane], { allowedGroups: ['ops'], groups: [ops] });
    expect(await check('jane')).toMatchObject({ userId: 'jane', groups: ['ops'] });
    expect(await renew('jane')).toMatchObject({ userId: 'jane', groups: ['ops'] });
  });

  it('refuses who is not, and ends the login of who no longer is', async () => {
    const { check, renew } = await played([jane], { allowedGroups: ['admins'], groups: [ops] });
    await expect(check('jane')).rejects.toMatchObject({ code: 'login/not_allowed' });
    expect(await renew('jane')).toBe('rejected');
  });
});

it('lets nobody in whose account is locked for a while, and leaves a login as it is', async () => {
  const { check, renew } = await played([jane], { dialect: { stateOf: () => 'locked' } });
  expect(await check('jane')).toBe('rejected');
  await expect(renew('jane')).rejects.toMatchObject({ code: 'upstream/unavailable' });
});

describe('an account that its directory calls closed', () => {
  it.each([
    ['Active Directory, disabled', { userAccountControl: '514' }, true],
    ['Active Directory, normal', { userAccountControl: '512' }, false],
    ['a password policy, for good', { pwdAccountLockedTime: '000001010000Z' }, true],
    ['a password policy, for a while', { pwdAccountLockedTime: '20300101000000Z' }, false],
    ['389 Directory Server', { nsaccountlock: 'TRUE' }, true],
    ['389 Directory Server, open', { nsaccountlock: 'false' }, false],
  ])('%s', async (_what, attributes, closed) => {
    const { check, renew } = await played([{ ...jane, ...attributes }]);
    const outcome = closed ? 'rejected' : expect.objectContaining({ userId: 'jane' });
    expect(await check('jane')).toEqual(outcome);
    expect(await renew('jane')).toEqual(outcome);
  });

  it('is not somebody else of that name', async () => {
    const { renew } = await played([{ ...jane, uid: 'joe' }]);
    expect(await renew('jane')).toBe('rejected');
  });
});
