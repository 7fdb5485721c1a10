import { describe, expect, it } from 'vitest';
import { configOf } from '../test/support.ts';
import { identityOf } from './identity.ts';

const base = { sub: 's-1', name: 'Jane Doe' };

async function map(
  idToken: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, unknown>> = {},
  userinfo?: Readonly<Record<string, unknown>>,
): Promise<ReturnType<typeof identityOf>> {
  const second = userinfo === undefined ? {} : { userinfo: { sub: 's-1', ...userinfo } };
  return identityOf({ idToken: { ...base, ...idToken }, ...second }, await configOf(options));
}

describe('what was said besides', () => {
  it('is all claims, those of userinfo instead of those of the ID token', async () => {
    const { claims } = await map({ level: 1, team: 'a' }, { getUserInfo: true }, { team: ['b'], nested: { x: true } });
    expect(claims).toEqual({ ...base, level: 1, team: ['b'], nested: { x: true } });
  });
});

describe('who it is', () => {
  it('reads sub and name, or the claims that the configuration names', async () => {
    expect(await map({})).toEqual({ userId: 's-1', username: 'Jane Doe', groups: [], claims: base });
    const identity = await map({ oid: 'o-1', upn: 'jane' }, { userIDKey: 'oid', userNameKey: 'upn' });
    expect(identity).toMatchObject({ userId: 'o-1', username: 'jane' });
  });

  it.each([
    [{ name: undefined }, {}, 'name', 'set getUserInfo: true, or name another claim in userNameKey'],
    [{ name: '' }, {}, 'name', 'set getUserInfo: true, or name another claim in userNameKey'],
    [{ name: 7 }, { getUserInfo: true }, 'name', 'name another claim in userNameKey'],
    [{}, { userIDKey: 'oid' }, 'oid', 'set getUserInfo: true, or name another claim in userIDKey'],
  ])('refuses %j with %j, and says what to do', async (claims, options, claim, remedy) => {
    const refusal = { code: 'upstream/protocol', detail: { claim, remedy } };
    await expect(map(claims, options)).rejects.toMatchObject(refusal);
  });

  it.each([
    [{ preferred_username: 'jane' }, {}, 'jane'],
    [{ login: 'jane' }, { claimMapping: { preferred_username: 'login' } }, 'jane'],
    [{ preferred_username: 'a', login: 'b' }, { claimMapping: { preferred_username: 'login' } }, 'a'],
    [
      { preferred_username: 'a', login: 'b' },
      { claimMapping: { preferred_username: 'login' }, overrideClaimMapping: true },
      'b',
    ],
    [{}, {}, undefined],
  ])('takes of %j with %j the login name %s', async (claims, options, expected) => {
    expect((await map(claims, options)).preferredUsername).toBe(expected);
  });
});

it('has no groups where the claim is null', async () => {
  expect((await map({ groups: null }, { insecureEnableGroups: true })).groups).toEqual([]);
});

describe('the address', () => {
  const email = 'jane@example.com';
  it.each([
    [{ email, email_verified: true }, {}, true],
    [{ email, email_verified: false }, {}, false],
    [{ email, email_verified: 'true' }, {}, false],
    [{ email, email_verified: 1 }, {}, false],
    [{ email }, {}, false],
    [{ email }, { insecureSkipEmailVerified: true }, true],
    [{ email, email_verified: false }, { insecureSkipEmailVerified: true }, false],
    [{ email, email_verified: 'false' }, { insecureSkipEmailVerified: true }, false],
  ])('of %j with %j is verified: %s', async (claims, options, verified) => {
    expect((await map(claims, options)).email).toEqual({ address: email, verified });
  });

  it('is not verified by the word of another document', async () => {
    const identity = await map({ email: 'victim@example.com', email_verified: true }, { getUserInfo: true }, { email });
    expect(identity.email).toEqual({ address: email, verified: false });
  });

  it('may be missing', async () => {
    expect(await map({})).not.toHaveProperty('email');
  });

  it('is read from the mapped claim', async () => {
    const identity = await map({ mail: email, email_verified: true }, { claimMapping: { email: 'mail' } });
    expect(identity.email).toEqual({ address: email, verified: true });
  });
});

describe('groups', () => {
  const enabled = { insecureEnableGroups: true };

  it.each([
    [
      ['a', 'b', 'a', ''],
      ['a', 'b'],
    ],
    ['a', ['a']],
    [
      [{ name: 'a' }, { name: 'b' }],
      ['a', 'b'],
    ],
    [undefined, []],
    [[], []],
  ])('are read from %j', async (groups, expected) => {
    expect((await map({ groups }, enabled)).groups).toEqual(expected);
  });

  it.each([[7], [[7]], [{ a: 1 }], [[{ id: 'x' }]]])('that are %j are refused', async (groups) => {
    await expect(map({ groups }, enabled)).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it('are not handed on unless that is enabled', async () => {
    expect((await map({ groups: ['a'] })).groups).toEqual([]);
  });

  it.each([[enabled], [{}]])('restrict with %j whether or not they are handed on', async (options) => {
    const allowed = { ...options, allowedGroups: ['ops'] };
    await expect(map({ groups: ['dev'] }, allowed)).rejects.toMatchObject({ code: 'login/not_allowed' });
    await expect(map({}, allowed)).rejects.toMatchObject({ code: 'login/not_allowed' });
    const identity = await map({ groups: ['dev', 'ops'] }, allowed);
    expect(identity.groups).toEqual('insecureEnableGroups' in options ? ['ops'] : []);
  });

  it.each([['a-1'], [['a-1', 'b-1']]])('%j pass the filter, then get prefix and suffix', async (groups) => {
    const claimModifications = {
      filterGroupClaims: { groupsFilter: '^a' },
      modifyGroupNames: { prefix: 'p:', suffix: ':s' },
    };
    expect((await map({ groups }, { ...enabled, claimModifications })).groups).toEqual(['p:a-1:s']);
    expect((await map({ groups: 'b-1' }, { ...enabled, claimModifications })).groups).toEqual([]);
  });

  it('are put together from claims, also when no others are handed on', async () => {
    const rule = { claims: ['org', 'team', 'missing'], delimiter: '-', clearDelimiter: true, prefix: 'x' };
    const claimModifications = { newGroupFromClaims: [rule] };
    expect((await map({ org: 'ac-me', team: 't' }, { claimModifications })).groups).toEqual(['x-acme-t']);
    expect((await map({}, { claimModifications })).groups).toEqual([]);
  });

  it.each([
    ['an empty prefix', { prefix: '', delimiter: '-' }, { org: 'A', team: 'B' }, ['-A-B']],
    ['an empty claim', { prefix: 'role', delimiter: ':' }, { org: '' }, ['role:']],
    ['no delimiter', { prefix: 'r', delimiter: '', clearDelimiter: true }, { org: 'A', team: 'B' }, ['rAB']],
    ['a claim that is no text', { prefix: 'r', delimiter: '-' }, { org: 7, team: 'B' }, ['r-B']],
    ['only claims that are no text', { prefix: 'r', delimiter: '-' }, { org: 7, team: ['B'] }, []],
    ['nothing at all', { prefix: '', delimiter: '' }, { org: '' }, []],
  ])('are put together as Dex does, with %s', async (_what, rule, claims, expected) => {
    const claimModifications = { newGroupFromClaims: [{ claims: ['org', 'team'], ...rule }] };
    expect((await map(claims, { claimModifications })).groups).toEqual(expected);
  });

  it('are refused a filter that is no expression, at the start', async () => {
    const claimModifications = { filterGroupClaims: { groupsFilter: '(' } };
    await expect(configOf({ claimModifications })).rejects.toThrow('groupsFilter');
  });
});

describe('groups that the provider left out because they are too many', () => {
  const distributed = {
    _claim_names: { groups: 'src1' },
    _claim_sources: { src1: { endpoint: 'https://graph.example' } },
  };
  const wanted = { insecureEnableGroups: true };

  it.each([
    ['as a distributed claim', distributed, wanted],
    ["as Entra's implicit flow says it", { hasgroups: true }, wanted],
    ['under another name', { _claim_names: { roles: 'src1' } }, { ...wanted, claimMapping: { groups: 'roles' } }],
    ['although only an allow-list needs them', distributed, { allowedGroups: ['admins'] }],
  ])('%s are not taken for none', async (_how, claims, options) => {
    await expect(map(claims, options)).rejects.toMatchObject({
      code: 'upstream/protocol',
      detail: { reason: 'groups are left out' },
    });
  });

  it.each([
    ['nobody needs them', distributed, {}],
    ['userinfo has them', distributed, { ...wanted, getUserInfo: true }],
    ['another claim is elsewhere', { _claim_names: { address: 'src1' } }, wanted],
  ])('are no matter when %s', async (_why, claims, options) => {
    const userinfo = 'getUserInfo' in options ? { groups: ['dev'] } : undefined;
    expect((await map(claims, options, userinfo)).groups).toEqual(userinfo?.groups ?? []);
  });
});
