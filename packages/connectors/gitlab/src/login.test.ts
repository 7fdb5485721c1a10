import { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { fakeGitLab } from '../test/fake-gitlab.ts';
import { configOf, opened } from '../test/support.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

describe('the identity', () => {
  it('is the number of the account, its name and its confirmed address', async () => {
    const { connectorData: _tokens, claims: _claims, ...identity } = await (await opened(fakeGitLab())).login();
    expect(identity).toEqual({
      userId: '12345678',
      username: 'Jane Doe',
      preferredUsername: 'jane',
      email: { address: 'jane@example.com', verified: true },
      groups: ['acme', 'acme/ops'],
    });
  });

  it('has an unverified address until GitLab has had it confirmed', async () => {
    const idp = fakeGitLab();
    idp.world.confirmed = false;
    expect((await (await opened(idp)).login()).email?.verified).toBe(false);
  });

  it('takes the user name as id where that is configured, and what there is as name', async () => {
    const idp = fakeGitLab();
    idp.world.name = '';
    expect(await (await opened(idp, { useLoginAsID: true })).login()).toMatchObject({
      userId: 'jane',
      username: 'jane@example.com',
    });
    idp.world.email = '';
    const without = await (await opened(idp)).login();
    expect(without).toMatchObject({ username: 'jane' });
    expect(without.email).toBeUndefined();
  });

  it.each([
    [{}, { groups: false }, 'read_user'],
    [{}, {}, 'read_user openid'],
    [{ groups: ['acme'] }, { groups: false }, 'read_user openid'],
    [{ inheritedGroups: true }, {}, 'read_user openid read_api'],
    [{ inheritedGroups: true }, { groups: false }, 'read_user'],
  ])('asks, with %j and %j, for %s', async (options, scopes, expected) => {
    const { begin } = await opened(fakeGitLab(), options);
    expect((await begin(scopes)).searchParams.get('scope')).toBe(expected);
  });
});

describe('groups', () => {
  it('come with roles, also those of a group above', async () => {
    const idp = fakeGitLab();
    idp.world.direct = { acme: 40, 'acme/ops': 20, 'acme-labs': 20, dev: 30, own: 50 };
    const { login } = await opened(idp, { getGroupsPermission: true });
    expect((await login()).groups).toEqual([
      ...['acme', 'acme/ops', 'acme-labs', 'dev', 'own'],
      ...['acme:maintainer', 'acme/ops:maintainer', 'dev:developer', 'own:owner'],
    ]);
  });

  it('come with inherited membership, over all pages', async () => {
    const idp = fakeGitLab();
    idp.world.inherited = Object.fromEntries(Array.from({ length: 230 }, (_none, index) => [`deep/${index}`, 10]));
    const { login } = await opened(idp, { inheritedGroups: true });
    expect((await login()).groups).toHaveLength(232);
  });

  it('ask for the role of inherited groups, and go without it where members are hidden', async () => {
    const idp = fakeGitLab();
    idp.world.hidden = ['secret'];
    idp.world.inherited = { 'acme/ops/sre': 50, library: 20, secret: 30, odd: 99 };
    const { login } = await opened(idp, { inheritedGroups: true, getGroupsPermission: true });
    expect((await login()).groups).toEqual([
      ...['acme', 'acme/ops', 'acme/ops/sre', 'library', 'secret', 'odd'],
      ...['acme:developer', 'acme/ops:owner', 'acme/ops/sre:owner', 'library:reporter'],
    ]);
  });

  it('are neither asked for nor given when nobody wants them', async () => {
    const idp = fakeGitLab();
    expect((await (await opened(idp)).login({ groups: false })).groups).toEqual([]);
    expect(idp.requests.filter(({ url }) => url.includes('userinfo'))).toHaveLength(0);
  });
});

describe('the allow-list', () => {
  it('lets in who is in one of the groups, and hands on only those', async () => {
    const { login } = await opened(fakeGitLab(), { groups: ['acme/ops', 'elsewhere'] });
    expect((await login()).groups).toEqual(['acme/ops']);
  });

  it('is compared with what is handed on, roles included', async () => {
    const { login } = await opened(fakeGitLab(), { groups: ['acme/ops:owner'], getGroupsPermission: true });
    expect((await login()).groups).toEqual(['acme/ops:owner']);
  });

  it.each([true, false])('refuses everybody else, groups asked for: %s', async (groups) => {
    const { login } = await opened(fakeGitLab(), { groups: ['elsewhere'] });
    await expect(login({ groups })).rejects.toMatchObject({ code: 'login/not_allowed' });
  });

  it.each(['blocked', 'ldap_blocked', 'deactivated'])('refuses an account that is %s', async (state) => {
    const idp = fakeGitLab();
    idp.world.state = state;
    await expect((await opened(idp)).login()).rejects.toMatchObject({ code: 'login/not_allowed' });
  });
});

describe('claims', () => {
  it('are the account as GitLab answers it, at a refresh too', async () => {
    const idp = fakeGitLab();
    const { login, refresh } = await opened(idp);
    const before = await login();
    const account = {
      id: 12_345_678,
      username: 'jane',
      name: 'Jane Doe',
      email: 'jane@example.com',
      state: 'active',
      external: false,
      confirmed_at: '2029-01-01T00:00:00.000Z',
    };
    expect(before.claims).toEqual(account);
    idp.world.external = true;
    expect(await refresh(before)).toHaveProperty('claims', { ...account, external: true });
  });
});

describe('refresh', () => {
  it('sees a new name and a group that is gone', async () => {
    const idp = fakeGitLab();
    const { login, refresh } = await opened(idp, { groups: ['acme'] });
    const before = await login();
    idp.world.username = 'jane-doe';
    expect(await refresh(before)).toMatchObject({ userId: '12345678', preferredUsername: 'jane-doe' });
    idp.world.direct = {};
    expect(await refresh(before)).toBe('rejected');
  });

  it('ends with a blocked account', async () => {
    const idp = fakeGitLab();
    const { login, refresh } = await opened(idp);
    const before = await login();
    idp.world.state = 'blocked';
    expect(await refresh(before)).toBe('rejected');
  });

  it('goes on when a firewall in front of GitLab says no', async () => {
    const idp = fakeGitLab();
    const { login, refresh } = await opened(idp);
    const before = await login();
    idp.world.firewall = true;
    await expect(refresh(before)).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });

  it('spends a refresh token only when the access token has ended', async () => {
    const idp = fakeGitLab();
    const { login, refresh, clock } = await opened(idp);
    const before = await login();
    await refresh(before);
    clock.advance(7200);
    expect(await refresh(before)).toMatchObject({ userId: '12345678' });
    expect(idp.requests.filter(({ url }) => url.endsWith('/oauth/token'))).toHaveLength(2);
  });
});

describe('token exchange', () => {
  it('does not take the answer of a firewall for one about the token', async () => {
    const idp = fakeGitLab();
    const { login, connector } = await opened(idp);
    await login();
    const subjectToken = new Secret(idp.issued.findLast((token) => token.startsWith('access-')) ?? '');
    const scopes = { offlineAccess: false, groups: true };
    idp.world.firewall = true;
    const exchange = connector.exchange?.exchange({ subjectToken, subjectTokenType: ACCESS_TOKEN, scopes });
    await expect(exchange).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });

  it.each([
    ['no token at all', '', ACCESS_TOKEN],
    ['a token of another type', 'id-token', 'urn:ietf:params:oauth:token-type:id_token'],
  ])('does not ask GitLab about %s', async (_what, token, subjectTokenType) => {
    const idp = fakeGitLab();
    const { connector } = await opened(idp);
    const scopes = { offlineAccess: false, groups: true };
    const ask = { subjectToken: new Secret(token), subjectTokenType, scopes };
    expect(await connector.exchange?.exchange(ask)).toBe('rejected');
    expect(idp.requests).toEqual([]);
  });

  it.each([null, 'another-app'])('refuses a token of the application %s', async (application) => {
    const idp = fakeGitLab();
    const { login, connector, log } = await opened(idp);
    await login();
    const ask = {
      subjectToken: new Secret(idp.issued.findLast((token) => token.startsWith('access-')) ?? ''),
      subjectTokenType: ACCESS_TOKEN,
      scopes: { offlineAccess: false, groups: true },
    };
    expect(await connector.exchange?.exchange(ask)).toMatchObject({ userId: '12345678' });
    idp.world.application = application;
    expect(await connector.exchange?.exchange(ask)).toBe('rejected');
    expect(log.lines).toMatchObject([
      {
        event: 'exchange.rejected',
        fields: { connector: 'test', detail: { reason: 'token of another application' } },
      },
    ]);
  });

  it('tells the log which group is missing', async () => {
    const idp = fakeGitLab();
    await (await opened(idp)).login();
    const { connector, log } = await opened(idp, { groups: ['board'] });
    const subjectToken = new Secret(idp.issued.findLast((token) => token.startsWith('access-')) ?? '');
    const scopes = { offlineAccess: false, groups: true };
    const ask = { subjectToken, subjectTokenType: ACCESS_TOKEN, scopes };
    expect(await connector.exchange?.exchange(ask)).toBe('rejected');
    expect(log.lines).toMatchObject([
      { event: 'exchange.rejected', fields: { code: 'login/not_allowed', message: expect.stringContaining('board') } },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain(subjectToken.reveal());
  });
});

describe('the configuration', () => {
  it('cuts the slash at the end of the base URL, and knows gitlab.com', async () => {
    expect((await configOf()).baseURL).toBe('https://gitlab.example/git');
    expect((await configOf({ baseURL: undefined })).baseURL).toBe('https://gitlab.com');
  });

  it.each([
    [{ baseURL: 'http://gitlab.example' }, 'config.baseURL: must begin with https://'],
    [{ baseURL: 'https://gitlab.example/?a=b' }, 'config.baseURL: must not contain ? or #'],
    [{ rootCAData: 'not base64!' }, 'config.rootCAData: is not base64'],
    [{ clientSecret: undefined }, 'config.clientSecret: is missing'],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });
});
