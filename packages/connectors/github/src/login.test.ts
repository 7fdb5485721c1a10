import { describe, expect, it } from 'vitest';
import { fakeGitHub } from '../test/fake-github.ts';
import { configOf, opened } from '../test/support.ts';
import { isInDomain } from './email.ts';

const teams = [
  { org: 'acme', name: 'Site Admins', slug: 'site-admins' },
  { org: 'acme', name: 'Developers', slug: 'developers' },
  { org: 'other', name: 'Guests', slug: 'guests' },
];

describe('the identity', () => {
  it('is the number of the account, its name and its verified primary address', async () => {
    const { login } = await opened(fakeGitHub());
    const { connectorData: _tokens, claims: _claims, ...identity } = await login();
    expect(identity).toEqual({
      userId: '12345678',
      username: 'Jane Doe',
      preferredUsername: 'jane',
      email: { address: 'jane@example.com', verified: true },
      groups: [],
    });
  });

  it('takes the login name where there is no name, and as user id where that is configured', async () => {
    const idp = fakeGitHub();
    idp.world.name = null;
    expect(await (await opened(idp, { useLoginAsID: true })).login()).toMatchObject({
      userId: 'jane',
      username: 'jane',
    });
  });

  it('asks for the smallest scopes', async () => {
    const idp = fakeGitHub();
    await (await opened(idp)).login();
    expect(idp.askedScopes).toEqual(['user:email']);
    await (await opened(idp, { org: 'acme' })).login({ groups: false });
    expect(idp.askedScopes).toEqual(['user:email', 'read:org']);
    await (await opened(idp, { loadAllGroups: true })).login({ groups: false });
    expect(idp.askedScopes).toEqual(['user:email']);
  });
});

describe('what is wrong with the app', () => {
  it.each(['incorrect_client_credentials', 'redirect_uri_mismatch', 'bad_verification_code', 'unverified_user_email'])(
    'is for the log, in the word of GitHub: %s',
    async (error) => {
      const refusal = Response.json({ error, error_description: 'The code 4f1c is wrong.' });
      const { login } = await opened(fakeGitHub({ tokenAnswer: () => refusal.clone() }));
      await expect(login()).rejects.toMatchObject({ code: 'upstream/protocol', detail: { error } });
    },
  );
});

describe('the address', () => {
  it('is the public one, verified only when it is among the verified ones', async () => {
    const idp = fakeGitHub();
    const { login } = await opened(idp);
    idp.world.publicEmail = 'Jane@Example.com';
    expect((await login()).email).toEqual({ address: 'Jane@Example.com', verified: true });
    idp.world.publicEmail = 'jane@private.example';
    expect((await login()).email).toEqual({ address: 'jane@private.example', verified: false });
  });

  it('is one of the preferred domain before all others, and never an unverified one', async () => {
    const idp = fakeGitHub();
    idp.world.publicEmail = 'jane@public.example';
    idp.world.emails = [...idp.world.emails, { email: 'jane@corp.example', primary: false, verified: true }];
    const verified = await opened(idp, { preferredEmailDomain: 'corp.example' });
    expect((await verified.login()).email?.address).toBe('jane@corp.example');
    const unverified = await opened(idp, { preferredEmailDomain: 'private.example' });
    expect((await unverified.login()).email?.address).toBe('jane@example.com');
  });

  it('is left out when GitHub tells none, or the public one, unverified', async () => {
    const idp = fakeGitHub();
    idp.world.withoutEmails = true;
    const { login } = await opened(idp);
    expect((await login()).email).toBeUndefined();
    idp.world.publicEmail = 'jane@example.com';
    expect((await login()).email).toEqual({ address: 'jane@example.com', verified: false });
  });

  it('counts on an Enterprise Server although it is not verified, as what it is', async () => {
    const idp = fakeGitHub({ host: 'github.corp.example' });
    idp.world.emails = [{ email: 'jane@corp.example', primary: true, verified: false }];
    const { login } = await opened(idp, { hostName: 'github.corp.example' });
    expect((await login()).email).toEqual({ address: 'jane@corp.example', verified: false });
  });

  it.each([
    ['jane@example.com', 'example.com', true],
    ['jane@EXAMPLE.com', 'example.COM', true],
    ['jane@sub.example.com', 'example.com', false],
    ['jane@sub.example.com', '*.example.com', true],
    ['jane@a.b.example.com', '*.example.com', false],
    ['jane@example.com', '*.example.com', false],
    ['jane@evil-example.com', 'example.com', false],
  ])('%s in %s: %s', (email, domain, expected) => expect(isInDomain(email, domain)).toBe(expected));
});

describe('groups', () => {
  it('are org:team in the spelling of the configuration', async () => {
    const idp = fakeGitHub();
    idp.world.teams = teams;
    const { login } = await opened(idp, { orgs: [{ name: 'ACME' }] });
    expect((await login()).groups).toEqual(['ACME:Site Admins', 'ACME:Developers']);
  });

  it.each([
    ['slug', ['acme:site-admins', 'acme:developers']],
    ['both', ['acme:Site Admins', 'acme:site-admins', 'acme:Developers', 'acme:developers']],
  ])('name teams by %s', async (teamNameField, expected) => {
    const idp = fakeGitHub();
    idp.world.teams = teams;
    const { login } = await opened(idp, { orgs: [{ name: 'acme' }], teamNameField });
    expect((await login()).groups).toEqual(expected);
  });

  it('are only the teams that are listed', async () => {
    const idp = fakeGitHub();
    idp.world.teams = teams;
    const { login } = await opened(idp, { orgs: [{ name: 'acme', teams: ['Developers'] }, { name: 'other' }] });
    expect((await login()).groups).toEqual(['acme:Developers', 'other:Guests']);
  });

  it('are bare team names with the older org', async () => {
    const idp = fakeGitHub();
    idp.world.teams = teams;
    expect((await (await opened(idp, { org: 'acme' })).login()).groups).toEqual(['Site Admins', 'Developers']);
  });

  it('are all organizations and teams with loadAllGroups, if the client wants groups', async () => {
    const idp = fakeGitHub();
    idp.world.teams = teams;
    idp.world.orgs = ['lonely'];
    const { login } = await opened(idp, { loadAllGroups: true });
    expect((await login()).groups).toEqual([
      'lonely',
      'acme',
      'acme:Site Admins',
      'acme:Developers',
      'other',
      'other:Guests',
    ]);
    expect((await login({ groups: false })).groups).toEqual([]);
  });

  it('hold the teams above with parentTeams', async () => {
    const idp = fakeGitHub();
    idp.world.teams = [{ org: 'acme', name: 'Ops', slug: 'ops', parent: { name: 'Staff', slug: 'staff' } }];
    const { login } = await opened(idp, { orgs: [{ name: 'acme' }], parentTeams: true });
    expect((await login()).groups).toEqual(['acme:Ops', 'acme:Staff']);
  });

  it('come over all pages although no page says which is the last', async () => {
    const idp = fakeGitHub();
    idp.world.teams = Array.from({ length: 95 }, (_none, index) => ({
      org: 'acme',
      name: `Team ${index}`,
      slug: `team-${index}`,
    }));
    const { login } = await opened(idp, { orgs: [{ name: 'acme' }] });
    expect((await login()).groups).toHaveLength(95);
  });
});

describe('the allow-list', () => {
  it.each([
    ['orgs', { orgs: [{ name: 'elsewhere' }] }, 'elsewhere'],
    ['a team of orgs', { orgs: [{ name: 'acme', teams: ['Nobody'] }] }, 'acme:Nobody'],
    ['the older org', { org: 'elsewhere' }, 'elsewhere'],
  ])('refuses who is not in %s, whether or not the client wants groups', async (_what, options, needed) => {
    const { login } = await opened(fakeGitHub(), options);
    const message = expect.stringContaining(`one of: ${needed}.`);
    for (const groups of [true, false])
      await expect(login({ groups })).rejects.toMatchObject({ code: 'login/not_allowed', message });
  });

  it('lets in who is in a team of it, though the client does not want groups', async () => {
    const { login } = await opened(fakeGitHub(), { orgs: [{ name: 'acme', teams: ['Site Admins'] }] });
    expect(await login({ groups: false })).toMatchObject({ userId: '12345678' });
  });

  it('lets a member in who is in no team', async () => {
    const idp = fakeGitHub();
    idp.world.teams = [];
    idp.world.orgs = ['acme'];
    expect((await (await opened(idp, { orgs: [{ name: 'acme' }] })).login()).groups).toEqual([]);
  });

  it('lets in who is shown as a member to everybody, though GitHub does not take the token for one of a member', async () => {
    const idp = fakeGitHub();
    idp.world.teams = [];
    for (const options of [{ orgs: [{ name: 'acme' }] }, { org: 'acme' }]) {
      idp.world.publicOrgs = ['acme'];
      const { login, refresh } = await opened(idp, options);
      const before = await login();
      expect(before).toMatchObject({ userId: '12345678', groups: [] });
      idp.world.publicOrgs = ['other'];
      expect(await refresh(before)).toBe('rejected');
    }
  });

  it('says that single sign-on is missing where GitHub hides the membership', async () => {
    const idp = fakeGitHub();
    idp.world.hiddenOrgs = ['acme'];
    const { login } = await opened(idp, { orgs: [{ name: 'acme' }] });
    await expect(login()).rejects.toThrow(/single sign-on/u);
  });

  it.each<[options: Record<string, unknown>, told: string]>([
    [{ loadAllGroups: true }, '6'],
    [{ orgs: [{ name: 'acme' }, { name: 'hidden' }] }, 'hidden'],
    [{ org: 'acme' }, '6'],
  ])('logs which organizations GitHub leaves out, with %j', async (options, told) => {
    const idp = fakeGitHub();
    idp.world.teams = [...idp.world.teams, { org: 'hidden', name: 'Crew', slug: 'crew' }];
    idp.world.hiddenOrgs = ['hidden'];
    const { login, log } = await opened(idp, options);
    expect((await login()).groups.join()).not.toContain('hidden');
    expect(log.lines).toContainEqual({
      level: 'warn',
      event: 'github.organizations_hidden',
      fields: expect.objectContaining({ organizations: told }),
    });
  });

  it('refuses a suspended account', async () => {
    const idp = fakeGitHub();
    idp.world.suspended = true;
    await expect((await opened(idp)).login()).rejects.toMatchObject({ code: 'login/not_allowed' });
  });

  it.each(['with a header', 'without'] as const)(
    'takes a rate limit (%s) for what it is, and ends no login',
    async (how) => {
      const idp = fakeGitHub();
      const { login, refresh } = await opened(idp, { orgs: [{ name: 'acme' }] });
      const before = await login();
      idp.world.tooMany = how;
      await expect(login()).rejects.toMatchObject({ code: 'upstream/unavailable' });
      await expect(refresh(before)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    },
  );
});

describe('claims', () => {
  it('are the account as GitHub answers it, at a refresh too', async () => {
    const idp = fakeGitHub();
    const { login, refresh } = await opened(idp);
    const before = await login();
    const account = { id: 12_345_678, login: 'jane', name: 'Jane Doe', email: null, type: 'User', company: '@acme' };
    expect(before.claims).toEqual(account);
    idp.world.company = null;
    expect(await refresh(before)).toHaveProperty('claims', { ...account, company: null });
  });
});

describe('refresh', () => {
  it('sees a renamed account, new teams, and a membership that ended', async () => {
    const idp = fakeGitHub();
    const { login, refresh } = await opened(idp, { orgs: [{ name: 'acme' }] });
    const before = await login();
    idp.world.login = 'jane-doe';
    idp.world.teams = teams;
    const renewed = await refresh(before);
    expect(renewed).toMatchObject({
      userId: '12345678',
      preferredUsername: 'jane-doe',
      groups: ['acme:Site Admins', 'acme:Developers'],
    });
    idp.world.teams = [];
    expect(await refresh(before)).toBe('rejected');
  });

  it('ends when the login name is the id, and was changed', async () => {
    const idp = fakeGitHub();
    const { login, refresh } = await opened(idp, { useLoginAsID: true });
    const before = await login();
    idp.world.login = 'jane-doe';
    expect(await refresh(before)).toBe('rejected');
  });

  it('renews the expiring token of a GitHub App, once', async () => {
    const idp = fakeGitHub({ expires: true });
    const { login, refresh, clock } = await opened(idp);
    const before = await login();
    clock.advance(28_800);
    idp.endAccess();
    const renewed = await refresh(before);
    if (renewed === 'rejected') throw new Error('rejected');
    expect(await refresh(renewed)).toMatchObject({ userId: '12345678' });
    expect(idp.requests.filter(({ url }) => url.endsWith('/access_token'))).toHaveLength(2);
    expect(await refresh(before)).toBe('rejected');
  });

  it('ends with a suspended account', async () => {
    const idp = fakeGitHub();
    const { login, refresh } = await opened(idp);
    const before = await login();
    idp.world.suspended = true;
    expect(await refresh(before)).toBe('rejected');
  });
});

describe('the configuration', () => {
  it.each([
    [{ org: 'a', orgs: [{ name: 'b' }] }, 'config.org: is set besides orgs'],
    [{ rootCA: '/ca.pem' }, 'config.rootCA: is for GitHub Enterprise Server'],
    [{ hostName: 'https://github.example.com/' }, 'config.hostName: is not a host name'],
    [{ teamNameField: 'id' }, 'config.teamNameField: must be one of'],
    [{ preferredEmailDomain: 'example.*' }, 'config.preferredEmailDomain: is not a domain'],
    [{ clientSecretFile: '/secret' }, 'config.clientSecretFile: is set besides clientSecret'],
    [{ clientSecret: undefined }, 'config.clientSecret: is missing. Set clientSecret or clientSecretFile.'],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });
});
