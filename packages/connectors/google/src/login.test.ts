import { describe, expect, it } from 'vitest';
import { fakeGoogle } from '../test/fake-google.ts';
import { configOf, opened, withDirectory } from '../test/support.ts';

describe('the identity', () => {
  it('is the id of the account, the name, the address and the domain', async () => {
    const { connectorData: _t, authentication: _a, ...identity } = await (await opened(await fakeGoogle())).login();
    expect(identity.claims).toMatchObject({ sub: '112233445566778899000', hd: 'example.com' });
    expect(identity).toEqual({
      claims: identity.claims,
      userId: '112233445566778899000',
      username: 'Jane Doe',
      email: { address: 'jane@example.com', verified: true },
      tenant: 'example.com',
      groups: [],
    });
  });

  it('keeps its name when a refreshed token lacks it, and its groups are read anew', async () => {
    const idp = await fakeGoogle();
    const { login, refresh } = await opened(idp, withDirectory);
    const before = await login();
    const { name: _name, ...claims } = idp.person.idToken;
    idp.person.idToken = claims;
    idp.world.memberships[idp.person.sub] = ['new@example.com'];
    expect(await refresh(before)).toMatchObject({ username: 'Jane Doe', groups: ['new@example.com'] });
  });

  it('is asked for at userinfo when a refresh brings no ID token', async () => {
    const idp = await fakeGoogle();
    const { login, refresh } = await opened(idp, withDirectory);
    const before = await login();
    idp.lies.withoutIdToken = true;
    idp.person.userInfo = { name: 'Jane Roe', email: 'jane@example.com', email_verified: true };
    expect(await refresh(before)).toMatchObject({
      username: 'Jane Roe',
      groups: ['ops@example.com', 'staff@example.com'],
    });
  });
});

describe('the request', () => {
  it.each([
    [{}, {}, { access_type: 'offline', prompt: 'consent', hd: null, scope: 'openid profile email' }],
    [{}, { offlineAccess: false }, { access_type: null, prompt: null }],
    [{ promptType: '' }, {}, { access_type: 'offline', prompt: null }],
    [{ hostedDomains: ['example.com'] }, {}, { hd: 'example.com' }],
    [{ hostedDomains: ['example.com', 'example.org'] }, {}, { hd: '*' }],
  ])('has, with %j and %j, %j', async (options, scopes, expected) => {
    const { searchParams } = await (await opened(await fakeGoogle(), options)).begin(scopes);
    for (const [name, value] of Object.entries(expected)) expect(searchParams.get(name), name).toBe(value);
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    expect(searchParams.get('nonce')).not.toBeNull();
  });
});

describe('a configuration whose logins cannot be renewed', () => {
  it.each([
    [{}, false],
    [{ promptType: 'select_account consent' }, false],
    [{ promptType: 'select_account' }, true],
    [{ promptType: '' }, true],
  ])('is warned of: %j', async (options, warned) => {
    const { log } = await opened(await fakeGoogle(), options);
    expect(log.lines.some(({ event }) => event === 'google.no_refresh_token')).toBe(warned);
  });
});

describe('hosted domains', () => {
  it.each([
    ['example.com', true],
    ['evil.example', false],
    ['sub.example.com', false],
    [undefined, false],
  ])('let %s in: %s', async (hd, ok) => {
    const idp = await fakeGoogle();
    const { hd: _old, ...claims } = idp.person.idToken;
    idp.person.idToken = hd === undefined ? claims : { ...claims, hd };
    const login = (await opened(idp, { hostedDomains: ['example.com', 'example.org'] })).login();
    if (ok) await expect(login).resolves.toBeDefined();
    else await expect(login).rejects.toMatchObject({ code: 'login/not_allowed' });
  });
});

describe('groups', () => {
  it('are asked for by the id of the account, on behalf of the administrator of its domain', async () => {
    const idp = await fakeGoogle();
    const domainToAdminEmail = { 'Example.COM': 'root@example.com', '*': 'other@example.org' };
    await (await opened(idp, { ...withDirectory, domainToAdminEmail })).login();
    expect(idp.world.asked).toEqual([{ userKey: '112233445566778899000', admin: 'root@example.com' }]);
  });

  it('are none for an account that is in no directory', async () => {
    const idp = await fakeGoogle();
    idp.world.memberships = {};
    expect((await (await opened(idp, withDirectory)).login()).groups).toEqual([]);
    const elsewhere = await opened(idp, {
      ...withDirectory,
      domainToAdminEmail: { 'other.example': 'a@other.example' },
    });
    expect((await elsewhere.login()).groups).toEqual([]);
  });

  it('are not asked for when nobody wants them', async () => {
    const idp = await fakeGoogle();
    await (await opened(idp, withDirectory)).login({ groups: false });
    expect(idp.world.asked).toEqual([]);
  });

  it('hold those above, each asked for once, with circles', async () => {
    const idp = await fakeGoogle();
    Object.assign(idp.world.memberships, {
      'ops@example.com': ['all@example.com'],
      'staff@example.com': ['all@example.com', 'ops@example.com'],
      'all@example.com': ['ops@example.com'],
    });
    const { login } = await opened(idp, { ...withDirectory, fetchTransitiveGroupMembership: true });
    expect((await login()).groups).toEqual(['ops@example.com', 'staff@example.com', 'all@example.com']);
    expect(idp.world.asked).toHaveLength(4);
  });

  it('remember for a minute which groups a group is in, and never for a person', async () => {
    const idp = await fakeGoogle();
    const { login, clock } = await opened(idp, { ...withDirectory, fetchTransitiveGroupMembership: true });
    await login();
    expect(idp.world.asked).toHaveLength(3);
    await login();
    expect(idp.world.asked).toHaveLength(4);
    clock.advance(61);
    await login();
    expect(idp.world.asked).toHaveLength(7);
  });

  it('remember no failure', async () => {
    const idp = await fakeGoogle();
    let failures = 1;
    const fetch: typeof idp.fetch = async (input, init) => {
      const isOps = new URL(new Request(input).url).searchParams.get('userKey') === 'ops@example.com';
      return isOps && failures-- > 0 ? new Response('', { status: 503 }) : idp.fetch(input, init);
    };
    const { login } = await opened({ ...idp, fetch }, { ...withDirectory, fetchTransitiveGroupMembership: true });
    await expect(login()).rejects.toMatchObject({ code: 'upstream/unavailable' });
    expect((await login()).groups).toEqual(['ops@example.com', 'staff@example.com']);
  });

  it('are asked for several at a time, but not all at once, over all pages', async () => {
    const idp = await fakeGoogle();
    const many = Array.from({ length: 200 }, (_none, index) => `team-${index}@example.com`);
    idp.world.memberships[idp.person.sub] = many;
    const { login } = await opened(idp, { ...withDirectory, fetchTransitiveGroupMembership: true });
    expect((await login()).groups).toHaveLength(200);
    expect(idp.world.load.most).toBeGreaterThan(3);
    expect(idp.world.load.most).toBeLessThanOrEqual(10);
  });
});

describe('the allow-list', () => {
  it('hands on only what is in it', async () => {
    const { login } = await opened(await fakeGoogle(), { ...withDirectory, groups: ['staff@example.com'] });
    expect((await login()).groups).toEqual(['staff@example.com']);
  });

  it.each([true, false])('refuses everybody else, groups asked for: %s', async (groups) => {
    const { login } = await opened(await fakeGoogle(), { ...withDirectory, groups: ['nobody@example.com'] });
    await expect(login({ groups })).rejects.toMatchObject({ code: 'login/not_allowed' });
  });

  it('lets in who is in it, though the client does not ask for groups', async () => {
    const { login, refresh } = await opened(await fakeGoogle(), { ...withDirectory, groups: ['staff@example.com'] });
    const before = await login({ groups: false });
    expect(before.userId).toBe('112233445566778899000');
    expect(await refresh(before, { groups: false })).toMatchObject({ userId: before.userId });
  });

  it('ends the login of who is no longer in it', async () => {
    const idp = await fakeGoogle();
    const { login, refresh } = await opened(idp, { ...withDirectory, groups: ['ops@example.com'] });
    const before = await login();
    idp.world.memberships[idp.person.sub] = [];
    expect(await refresh(before)).toBe('rejected');
  });
});

describe('the configuration', () => {
  it.each([
    [{ groups: ['a@example.com'] }, 'config.domainToAdminEmail: is missing'],
    [{ serviceAccountFilePath: '/key.json' }, 'config.domainToAdminEmail: is missing'],
    [{ scopes: ['groups'] }, 'config.scopes[0]: is no scope of Google'],
    [{ clientSecret: undefined }, 'config.clientSecret: is missing'],
    [{ issuer: 'https://login.example.com' }, 'config.issuer: is not https://accounts.google.com'],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });

  it.each(['https://accounts.google.com', 'https://accounts.google.com/'])(
    'takes the issuer %s, which examples of Dex have',
    async (issuer) => {
      expect(await configOf({ issuer })).toEqual(await configOf({}));
    },
  );

  it('asks for the default scopes when the list is empty, as Dex does', async () => {
    expect((await configOf({ scopes: [] })).scopes).toEqual(['profile', 'email']);
  });

  it('takes the older adminEmail for any domain, in any case', async () => {
    expect((await configOf({ AdminEmail: 'root@example.com' })).domainToAdminEmail).toEqual({
      '*': 'root@example.com',
    });
  });
});
