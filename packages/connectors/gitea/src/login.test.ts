import { describe, expect, it } from 'vitest';
import { fakeGitea } from '../test/fake-gitea.ts';
import { configOf, opened } from '../test/support.ts';

describe('the identity', () => {
  it('is the number of the account, its name and its verified address', async () => {
    const { connectorData: _tokens, claims: _claims, ...identity } = await (await opened(fakeGitea())).login();
    expect(identity).toEqual({
      userId: '12345678',
      username: 'Jane Doe',
      preferredUsername: 'jane',
      email: { address: 'jane@example.com', verified: true },
      groups: [],
    });
  });

  it('takes what there is as name, and the login name as id where that is configured', async () => {
    const idp = fakeGitea();
    idp.world.fullName = '';
    expect(await (await opened(idp, { useLoginAsID: true })).login()).toMatchObject({
      userId: 'jane',
      username: 'jane@example.com',
    });
  });

  it.each([
    ['is not verified', { verified: false }],
    ['may not be looked up', { withoutEmails: true }],
  ])('has an unverified address when it %s', async (_why, change) => {
    const idp = fakeGitea();
    Object.assign(idp.world, change);
    expect((await (await opened(idp)).login()).email).toEqual({ address: 'jane@example.com', verified: false });
  });

  it.each([
    [{}, {}],
    [{ orgs: [{ name: 'acme' }] }, { groups: false }],
    [{ loadAllGroups: true }, {}],
    [{ loadAllGroups: true }, { groups: false }],
  ])('asks for the same with %j and %j: what was granted once does not grow', async (options, scopes) => {
    const { begin } = await opened(fakeGitea(), options);
    expect((await begin(scopes)).searchParams.get('scope')).toBe('read:user');
  });
});

describe('groups', () => {
  it('are org and org:team with loadAllGroups', async () => {
    const { login } = await opened(fakeGitea(), { loadAllGroups: true });
    expect((await login()).groups).toEqual(['Acme', 'Acme:Owners', 'Acme:ops', 'other', 'other:guests']);
  });

  it('are the organizations that may log in, and of their teams only those that are named', async () => {
    const idp = fakeGitea();
    const groupsWith = async (...orgs: readonly object[]) => (await (await opened(idp, { orgs })).login()).groups;
    expect(await groupsWith({ name: 'acme' })).toEqual(['Acme']);
    expect(await groupsWith({ name: 'acme', teams: ['ops', 'nobody'] })).toEqual(['Acme', 'Acme:ops']);
    expect(await groupsWith({ name: 'acme' }, { name: 'acme', teams: ['ops'] })).toEqual(['Acme', 'Acme:ops']);
    expect(await groupsWith({ name: 'acme', teams: ['ops'] }, { name: 'other' })).toEqual([
      'Acme',
      'Acme:ops',
      'other',
    ]);
  });

  it('are not asked for when nobody wants them', async () => {
    const idp = fakeGitea();
    const { login } = await opened(idp, { loadAllGroups: true });
    expect((await login({ groups: false })).groups).toEqual([]);
    expect(idp.requests.filter(({ url }) => url.includes('/teams'))).toEqual([]);
  });

  it('are complete although the server caps its pages', async () => {
    const idp = fakeGitea();
    idp.world.teams = Array.from({ length: 65 }, (_none, index) => ({ org: 'Acme', name: `team-${index}` }));
    expect((await (await opened(idp, { loadAllGroups: true })).login()).groups).toHaveLength(66);
  });
});

describe('the allow-list', () => {
  it('restricts to the teams that are listed', async () => {
    const idp = fakeGitea();
    const { login } = await opened(idp, { orgs: [{ name: 'acme', teams: ['ops'] }] });
    expect((await login()).groups).toEqual(['Acme', 'Acme:ops']);
    idp.world.teams = [{ org: 'Acme', name: 'Owners' }];
    await expect(login()).rejects.toMatchObject({ code: 'login/not_allowed' });
  });

  it('takes names without regard to case, and hands them on as Gitea spells them', async () => {
    const { login } = await opened(fakeGitea(), { orgs: [{ name: 'acme', teams: ['owners', 'OPS'] }] });
    expect((await login()).groups).toEqual(['Acme', 'Acme:Owners', 'Acme:ops']);
  });

  it('does not take a team of that name in another organization for one that is listed', async () => {
    const idp = fakeGitea();
    const { login } = await opened(idp, { orgs: [{ name: 'acme', teams: ['ops'] }] });
    idp.world.teams = [
      { org: 'acme', name: 'guests' },
      { org: 'evil', name: 'ops' },
    ];
    await expect(login()).rejects.toMatchObject({ code: 'login/not_allowed' });
  });

  it.each([true, false])('refuses everybody else, groups asked for: %s', async (groups) => {
    const { login } = await opened(fakeGitea(), { orgs: [{ name: 'elsewhere' }] });
    const message = expect.stringContaining('one of: elsewhere.');
    await expect(login({ groups })).rejects.toMatchObject({ code: 'login/not_allowed', message });
  });

  const mayNot = 'Your account at the provider may not log in.';
  it.each([
    [{ active: false }, mayNot],
    [{ prohibited: true }, mayNot],
    [{ forbidden: 'prohibited' }, mayNot],
    [{ forbidden: 'not activated' }, mayNot],
    [{ forbidden: 'new password' }, 'Change your password at the provider, then log in again.'],
  ])('refuses an account that is %j, and says what to do: %s', async (change, message) => {
    const idp = fakeGitea();
    Object.assign(idp.world, change);
    await expect((await opened(idp)).login()).rejects.toMatchObject({ code: 'login/not_allowed', message });
  });
});

describe('claims', () => {
  it('are the account as Gitea answers it, at a refresh too', async () => {
    const idp = fakeGitea();
    const { login, refresh } = await opened(idp);
    const before = await login();
    const account = {
      id: 12_345_678,
      login: 'jane',
      full_name: 'Jane Doe',
      email: 'jane@example.com',
      location: 'Graz',
      active: true,
      prohibit_login: false,
    };
    expect(before.claims).toEqual(account);
    idp.world.location = '';
    expect(await refresh(before)).toHaveProperty('claims', { ...account, location: '' });
  });
});

describe('refresh', () => {
  it('ends when Gitea no longer takes the refresh token, for which it has another word than others', async () => {
    const idp = fakeGitea();
    const { login, refresh, clock } = await opened(idp);
    const before = await login();
    clock.advance(3601);
    expect(await refresh(before)).toMatchObject({ userId: '12345678' });
    clock.advance(3601);
    expect(await refresh(before)).toBe('rejected');
  });

  it('goes on when a firewall in front of Gitea says no', async () => {
    const idp = fakeGitea();
    const { login, refresh } = await opened(idp);
    const before = await login();
    idp.world.forbidden = 'by a firewall';
    await expect(refresh(before)).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });

  it.each(['prohibited', 'new password'] as const)('ends when Gitea refuses the account: %s', async (why) => {
    const idp = fakeGitea();
    const { login, refresh } = await opened(idp);
    const before = await login();
    idp.world.forbidden = why;
    expect(await refresh(before)).toBe('rejected');
  });

  it('sees a new name, a team that is gone, and an account that was closed', async () => {
    const idp = fakeGitea();
    const { login, refresh } = await opened(idp, { orgs: [{ name: 'acme' }] });
    const before = await login();
    idp.world.login = 'jane-doe';
    idp.world.teams = [{ org: 'Acme', name: 'ops' }];
    expect(await refresh(before)).toMatchObject({
      userId: '12345678',
      preferredUsername: 'jane-doe',
      groups: ['Acme'],
    });
    idp.world.prohibited = true;
    expect(await refresh(before)).toBe('rejected');
  });
});

describe('the configuration', () => {
  it.each([
    [{ baseURL: 'http://gitea.example' }, 'config.baseURL: must begin with https://'],
    [{ orgs: [{ teams: ['a'] }] }, 'config.orgs[0].name: is missing'],
    [{ clientSecret: undefined }, 'config.clientSecret: is missing'],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });
});
