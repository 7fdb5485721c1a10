import { describe, expect, it } from 'vitest';
import { fakeBitbucket } from '../test/fake-bitbucket.ts';
import { configOf, opened } from '../test/support.ts';

describe('the identity', () => {
  it('is the UUID of the account, its name and its confirmed primary address', async () => {
    const { connectorData: _tokens, claims: _claims, ...identity } = await (await opened(fakeBitbucket())).login();
    expect(identity).toEqual({
      userId: '{2f1e0b1c-0b1f-4d0e-9d0b-6a5d3b1c2a10}',
      username: 'jane',
      preferredUsername: 'jane',
      email: { address: 'jane@example.com', verified: true },
      groups: ['acme', 'labs'],
    });
  });

  it('takes the nickname where there is no user name', async () => {
    const idp = fakeBitbucket();
    idp.world.username = undefined;
    expect(await (await opened(idp)).login()).toMatchObject({ username: 'Jane', preferredUsername: 'Jane' });
  });

  it('has no address unless the primary one is confirmed', async () => {
    const idp = fakeBitbucket();
    idp.world.emails = [
      { email: 'old@example.com', is_primary: false, is_confirmed: true },
      { email: 'new@example.com', is_primary: true, is_confirmed: false },
    ];
    expect((await (await opened(idp)).login()).email).toBeUndefined();
  });

  it('sends the redirect URI and the secret in the header', async () => {
    const idp = fakeBitbucket();
    const play = await opened(idp, { redirectURI: 'https://issuer.example/callback' });
    expect((await play.begin()).searchParams.get('redirect_uri')).toBe('https://issuer.example/callback');
    await play.login();
  });
});

describe('groups', () => {
  it('come with permissions, and without where one is hidden', async () => {
    const idp = fakeBitbucket();
    idp.world.workspaces = { acme: 'owner', secret: 'hidden', labs: 'member' };
    const { login } = await opened(idp, { getWorkspacePermissions: true });
    expect((await login()).groups).toEqual(['acme', 'secret', 'labs', 'acme:owner', 'labs:member']);
  });

  it('are complete over all pages, addresses too', async () => {
    const idp = fakeBitbucket();
    idp.world.workspaces = Object.fromEntries(Array.from({ length: 95 }, (_none, index) => [`ws-${index}`, 'member']));
    idp.world.emails = Array.from({ length: 50 }, (_none, index) => ({
      email: `jane-${index}@example.com`,
      is_primary: index === 49,
      is_confirmed: true,
    }));
    const identity = await (await opened(idp)).login();
    expect(identity.groups).toHaveLength(95);
    expect(identity.email?.address).toBe('jane-49@example.com');
  });
});

describe('the allow-list', () => {
  it('lets in who is in one of the workspaces, and hands on only those', async () => {
    const { login } = await opened(fakeBitbucket(), { teams: ['labs', 'elsewhere'], getWorkspacePermissions: true });
    expect((await login()).groups).toEqual(['labs']);
  });

  it.each([true, false])('refuses everybody else, groups asked for: %s', async (groups) => {
    const { login } = await opened(fakeBitbucket(), { teams: ['elsewhere'] });
    await expect(login({ groups })).rejects.toMatchObject({ code: 'login/not_allowed' });
  });

  it('lets in an account of which Bitbucket does not say whether it is closed', async () => {
    const idp = fakeBitbucket();
    Object.assign(idp.world, { status: undefined });
    expect(await (await opened(idp)).login()).toMatchObject({ userId: idp.world.uuid });
  });

  it('refuses an account that is closed', async () => {
    const idp = fakeBitbucket();
    idp.world.status = 'closed';
    await expect((await opened(idp)).login()).rejects.toMatchObject({ code: 'login/not_allowed' });
  });
});

describe('claims', () => {
  it('are the account as Bitbucket answers it, at a refresh too', async () => {
    const idp = fakeBitbucket();
    const { login, refresh } = await opened(idp);
    const before = await login();
    const account = {
      type: 'user',
      uuid: '{2f1e0b1c-0b1f-4d0e-9d0b-6a5d3b1c2a10}',
      username: 'jane',
      nickname: 'Jane',
      created_on: '2029-01-01T00:00:00.000000+00:00',
      display_name: 'Jane Doe',
      account_status: 'active',
    };
    expect(before.claims).toEqual(account);
    idp.world.username = 'jane-doe';
    expect(await refresh(before)).toHaveProperty('claims', { ...account, username: 'jane-doe' });
  });
});

describe('refresh', () => {
  it('renews the token when it has ended, and sees a workspace that is gone', async () => {
    const idp = fakeBitbucket();
    const { login, refresh, clock } = await opened(idp, { teams: ['acme'] });
    const before = await login();
    clock.advance(7200);
    idp.endAccess();
    expect(await refresh(before)).toMatchObject({ groups: ['acme'] });
    idp.world.workspaces = {};
    expect(await refresh(before)).toBe('rejected');
  });
});

describe('the configuration', () => {
  it('takes the key that does nothing any more, and says so', async () => {
    const { log } = await opened(fakeBitbucket(), { includeTeamGroups: true });
    expect(log.lines).toContainEqual(expect.objectContaining({ event: 'bitbucket.team_groups_ignored' }));
    await expect(configOf({ teams: [''] })).rejects.toThrow('config.teams[0]: is empty');
  });
});
