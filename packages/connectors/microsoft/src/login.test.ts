import { retryingHttp } from '@ostiary/connector-sdk/http';
import { fakeClock, httpOver, openPlayed, seededRandom } from '@ostiary/connector-sdk/testing';
import { describe, expect, it } from 'vitest';
import { fakeMicrosoft } from '../test/fake-microsoft.ts';
import { clientSecret, configOf, opened, tenant } from '../test/support.ts';
import { microsoft } from './index.ts';

const [opsId, companyId] = ['aaaaaaaa-0000-0000-0000-000000000001', 'aaaaaaaa-0000-0000-0000-000000000002'];

describe('the identity', () => {
  it('is the object id, the name, the unverified principal name and the tenant', async () => {
    const {
      connectorData: _tokens,
      claims: _claims,
      ...identity
    } = await (await opened(fakeMicrosoft(tenant), { tenant })).login();
    expect(identity).toEqual({
      userId: '11111111-2222-3333-4444-555555555555',
      username: 'Jane Doe',
      email: { address: 'Jane@Example.com', verified: false },
      tenant,
      groups: ['ops', 'All Company'],
    });
  });

  it.each([
    [{ tid: tenant }, tenant],
    [{ tid: 7 }, undefined],
    [{}, undefined],
  ])('has, with many tenants, the one that the access token is for: %j', async (claims, expected) => {
    const idp = fakeMicrosoft();
    const token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
    let given = '';
    const fetch: typeof idp.fetch = async (input, init) => {
      const request = new Request(input, init);
      if (request.headers.get('authorization') === `Bearer ${token}`) {
        request.headers.set('authorization', `Bearer ${given}`);
      }
      const answer = await idp.fetch(request);
      if (!request.url.endsWith('/token')) return answer;
      const tokens = JSON.parse(await answer.text());
      given = tokens.access_token;
      return Response.json({ ...tokens, access_token: token });
    };
    expect((await (await opened({ ...idp, fetch })).login()).tenant).toBe(expected);
  });

  it('has a verified address only where the operator says so', async () => {
    const { login } = await opened(fakeMicrosoft(), { insecureSkipEmailVerified: true });
    expect((await login()).email?.verified).toBe(true);
  });

  it.each([
    ['name', 'Jane Doe'],
    ['email', 'jane@example.com'],
    ['mailNickname', 'jane'],
    ['onPremisesSamAccountName', 'EXAMPLE-jane'],
  ])('has %s as preferred name', async (preferredUsernameField, expected) => {
    const { login } = await opened(fakeMicrosoft(), { preferredUsernameField, emailToLowercase: true });
    expect((await login()).preferredUsername).toBe(expected);
  });

  it('is written in lower case at a refresh too', async () => {
    const { login, refresh } = await opened(fakeMicrosoft(), { emailToLowercase: true });
    const before = await login();
    expect(before.email?.address).toBe('jane@example.com');
    expect(await refresh(before)).toMatchObject({ email: { address: 'jane@example.com' } });
  });
});

describe('groups', () => {
  it('are ids, or only security groups, where the configuration says so', async () => {
    const byId = await opened(fakeMicrosoft(tenant), { tenant, groupNameFormat: 'id' });
    expect((await byId.login()).groups).toEqual([opsId, companyId]);
    const security = await opened(fakeMicrosoft(tenant), { tenant, onlySecurityGroups: true });
    expect((await security.login()).groups).toEqual(['ops']);
  });

  it('are complete: over pages of ids, and names by the thousand', async () => {
    const idp = fakeMicrosoft(tenant);
    idp.world.groups = Array.from({ length: 2500 }, (_none, index) => ({
      id: `id-${index}`,
      displayName: `g-${index}`,
    }));
    expect((await (await opened(idp, { tenant })).login()).groups).toHaveLength(2500);
    expect(idp.requests.filter(({ url }) => url.endsWith('/getByIds'))).toHaveLength(3);
  });

  it('without a name are handed on by id', async () => {
    const idp = fakeMicrosoft(tenant);
    idp.world.groups = [{ id: opsId, displayName: null }];
    expect((await (await opened(idp, { tenant })).login()).groups).toEqual([opsId]);
  });

  it('are not handed on from many tenants: everybody can found one with a group of any name', async () => {
    for (const many of ['common', 'Common']) {
      expect((await (await opened(fakeMicrosoft(), { tenant: many })).login()).groups).toEqual([]);
    }
  });

  it('that are refused in one tenant are an error, not an empty list', async () => {
    const idp = fakeMicrosoft(tenant);
    idp.world.personal = true;
    await expect((await opened(idp, { tenant })).login()).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it('that may not be read are an error, not an empty list', async () => {
    const idp = fakeMicrosoft(tenant);
    idp.world.denied = true;
    await expect((await opened(idp, { tenant })).login()).rejects.toMatchObject({ code: 'upstream/protocol' });
  });
});

describe('a provider that is busy', () => {
  /** Opens the connector over a network that repeats; the first request to each of these paths is refused. */
  async function busyAt(...paths: readonly string[]) {
    const idp = fakeMicrosoft(tenant);
    const sent: string[] = [];
    const fetch: typeof idp.fetch = async (input, init) => {
      const { pathname } = new URL(new Request(input).url);
      sent.push(pathname);
      const first = sent.filter((one) => one === pathname).length === 1;
      const busy = first && paths.some((path) => pathname.endsWith(path));
      return busy ? new Response('', { status: 503 }) : idp.fetch(input, init);
    };
    const patience = { now: fakeClock().now, random: seededRandom(), wait: async () => undefined };
    const http = retryingHttp(httpOver(fetch), patience);
    const { login } = await openPlayed(microsoft, idp, {
      options: { clientID: 'ostiary', clientSecret, tenant },
      http,
    });
    return { login, sent };
  }

  it('is asked again for groups, although by POST', async () => {
    const { login } = await busyAt('/getMemberGroups', '/getByIds');
    expect((await login()).groups).toEqual(['ops', 'All Company']);
  });

  it('is not sent a code twice', async () => {
    const { login, sent } = await busyAt('/token');
    await expect(login()).rejects.toMatchObject({ code: 'upstream/unavailable' });
    expect(sent).toHaveLength(1);
  });
});

describe('the allow-list', () => {
  it('keeps all groups, or with useGroupsAsWhitelist only those in it', async () => {
    const all = await opened(fakeMicrosoft(tenant), { tenant, groups: ['ops'] });
    expect((await all.login()).groups).toEqual(['ops', 'All Company']);
    const some = await opened(fakeMicrosoft(tenant), { tenant, groups: ['ops'], useGroupsAsWhitelist: true });
    expect((await some.login()).groups).toEqual(['ops']);
    const none = await opened(fakeMicrosoft(tenant), { tenant, useGroupsAsWhitelist: true });
    expect((await none.login()).groups).toEqual([]);
  });

  it.each([true, false])('refuses everybody else, groups asked for: %s', async (groups) => {
    const { login } = await opened(fakeMicrosoft(tenant), { tenant, groups: ['nobody'] });
    await expect(login({ groups })).rejects.toMatchObject({ code: 'login/not_allowed' });
  });

  it('counts with many tenants too, by id', async () => {
    const options = { groups: [opsId], groupNameFormat: 'id' };
    expect((await (await opened(fakeMicrosoft(), options)).login()).groups).toEqual([opsId, companyId]);
    const idp = fakeMicrosoft();
    idp.world.personal = true;
    await expect((await opened(idp, options)).login()).rejects.toMatchObject({ code: 'login/not_allowed' });
  });
});

describe('the request', () => {
  it.each([
    [{}, {}, 'user.read offline_access'],
    [{ scopes: [] }, {}, 'user.read offline_access'],
    [{ tenant }, {}, 'user.read directory.read.all offline_access'],
    [{ tenant }, { groups: false, offlineAccess: false }, 'user.read'],
    [
      { tenant, scopes: ['User.Read', 'GroupMember.Read.All'] },
      { offlineAccess: false },
      'User.Read GroupMember.Read.All',
    ],
  ])('asks, with %j and %j, for %s', async (options, scopes, expected) => {
    const { begin } = await opened(fakeMicrosoft(), options);
    expect((await begin(scopes)).searchParams.get('scope')).toBe(expected);
  });

  it('carries prompt and domain hint', async () => {
    const url = await (
      await opened(fakeMicrosoft(), { promptType: 'select_account', domainHint: 'example.com' })
    ).begin();
    expect(url.searchParams.get('prompt')).toBe('select_account');
    expect(url.searchParams.get('domain_hint')).toBe('example.com');
  });

  it.each([
    ['alone', undefined],
    ['beside a secret, which it replaces as in Dex', 'the-secret'],
  ])('proves who we are with an assertion that is read at each use: %s', async (_how, clientSecret) => {
    const idp = fakeMicrosoft();
    const files = { '/token': 'first.jwt.x\n' };
    const options = { clientSecret, clientAssertion: '/token' };
    const { login } = await opened(idp, options, files);
    await expect(login()).rejects.toMatchObject({ code: 'upstream/protocol' }); // the stand-in knows secrets only
    files['/token'] = 'second.jwt.x\n';
    await expect(login()).rejects.toBeDefined();
    const sent = await Promise.all(idp.requests.filter(({ url }) => url.endsWith('/token')).map((one) => one.text()));
    expect(sent.map((body) => new URLSearchParams(body).get('client_assertion'))).toEqual([
      'first.jwt.x',
      'second.jwt.x',
    ]);
    expect(new URLSearchParams(sent[0]).get('client_assertion_type')).toBe(
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    );
    expect(sent[0]).not.toContain('client_secret');
  });
});

describe('claims', () => {
  it('are the account as Graph answers it, with the fields that are named, at a refresh too', async () => {
    const idp = fakeMicrosoft(tenant);
    const { login, refresh } = await opened(idp, { tenant, claimFields: ['department', 'id'] });
    const before = await login();
    const account = {
      id: '11111111-2222-3333-4444-555555555555',
      displayName: 'Jane Doe',
      userPrincipalName: 'Jane@Example.com',
      mailNickname: 'jane',
      onPremisesSamAccountName: 'EXAMPLE-jane',
      department: 'Engineering',
    };
    expect(before.claims).toEqual(account);
    idp.world.user.department = 'Sales';
    expect(await refresh(before)).toHaveProperty('claims', { ...account, department: 'Sales' });
  });

  it('without a field that Graph has end no login in silence: the log says where to look', async () => {
    const { login } = await opened(fakeMicrosoft(tenant), { tenant, claimFields: ['departement'] });
    const detail = { status: 400, remedy: expect.stringContaining('claimFields: departement') };
    await expect(login()).rejects.toMatchObject({ code: 'upstream/protocol', detail });
  });

  it('of which the app may not read one end no login in silence either', async () => {
    const idp = fakeMicrosoft(tenant);
    idp.world.hidden = ['department'];
    const { login } = await opened(idp, { tenant, claimFields: ['department'] });
    const detail = { status: 403, remedy: expect.stringContaining('claimFields: department') };
    await expect(login()).rejects.toMatchObject({ detail });
    idp.world.hidden = ['mailNickname'];
    const plain = await opened(idp, { tenant });
    await expect(plain.login()).rejects.not.toHaveProperty('detail.remedy');
  });

  it.each(['', 'employee type', 'id,mail', 'id&$expand=manager', '$select'])(
    'are refused by the name %j',
    async (name) => {
      await expect(configOf({ tenant, claimFields: [name] })).rejects.toThrow(/claimFields/u);
    },
  );
});

describe('refresh', () => {
  it('asks the token endpoint every time, so that a disabled account is seen at once', async () => {
    const idp = fakeMicrosoft(tenant);
    const { login, refresh } = await opened(idp, { tenant });
    const first = await refresh(await login());
    expect(first).toMatchObject({ username: 'Jane Doe' });
    expect(idp.requests.filter(({ url }) => url.endsWith('/token'))).toHaveLength(2);
    idp.revoke();
    expect(first !== 'rejected' && (await refresh(first))).toBe('rejected');
  });

  it('asks with the new token and sees a group that is gone', async () => {
    const idp = fakeMicrosoft(tenant);
    const { login, refresh, clock } = await opened(idp, { tenant, groups: ['ops'] });
    const before = await login();
    clock.advance(3600);
    const renewed = await refresh(before);
    expect(renewed).toMatchObject({ groups: ['ops', 'All Company'] });
    idp.world.groups = [];
    expect(renewed !== 'rejected' && (await refresh(renewed))).toBe('rejected');
  });
});

describe('the configuration', () => {
  it.each([
    [{ groups: ['ops'] }, 'config.groups: holds names, and every tenant'],
    [{ tenant: 'Common', groups: ['ops'] }, 'config.groups: holds names, and every tenant'],
    [{ tenant: 'ORGANIZATIONS', groups: ['ops'] }, 'config.groups: holds names, and every tenant'],
    [{ tenant: 'consumers', groups: ['x'], groupNameFormat: 'id' }, 'config.groups: cannot be used'],
    [{ tenant: 'Consumers', groups: ['x'], groupNameFormat: 'id' }, 'config.groups: cannot be used'],
    [{ tenant: '' }, 'config.tenant: is no tenant'],
    [{ tenant: '../evil' }, 'config.tenant: is no tenant'],
    [{ preferredUsernameField: 'upn' }, 'config.preferredUsernameField: must be one of'],
    [{ clientSecretFile: '/secret' }, 'config.clientSecretFile: is set besides clientSecret'],
    [
      { clientSecret: undefined },
      'config.clientSecret: is missing. Set clientSecret or clientSecretFile or clientAssertion',
    ],
    [{ graphURL: 'http://graph.example' }, 'config.graphURL: must begin with https://'],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });
});
