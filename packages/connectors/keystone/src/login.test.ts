import { describe, expect, it } from 'vitest';
import { adminPassword, fakeKeystone } from '../test/fake-keystone.ts';
import { configOf, jane, opened } from '../test/support.ts';

describe('a login', () => {
  it('answers id, name, unverified address and groups', async () => {
    const { login, prompt } = await opened(fakeKeystone());
    expect(prompt).toBe('username');
    expect(await login(jane)).toEqual({
      userId: '9f8e7d6c5b4a49388271605f4e3d2c1b',
      username: 'jane',
      email: { address: 'jane@example.com', verified: false },
      groups: ['ops', 'staff'],
      claims: {
        id: '9f8e7d6c5b4a49388271605f4e3d2c1b',
        name: 'jane',
        email: 'jane@example.com',
        enabled: true,
        domain_id: 'default',
      },
    });
  });

  it('has a verified address only where the operator says so, and none where there is none', async () => {
    const provider = fakeKeystone();
    const { login } = await opened(provider, { insecureSkipEmailVerified: true });
    expect(await login(jane)).toMatchObject({ email: { verified: true } });
    provider.world.email = undefined;
    expect((await login(jane)).email).toBeUndefined();
  });

  it('works without address and claims where people may not read their own account', async () => {
    const provider = fakeKeystone();
    provider.world.forbidden = 'people';
    const { login } = await opened(provider);
    expect(await login({ ...jane, scopes: { groups: false } })).toEqual({
      userId: '9f8e7d6c5b4a49388271605f4e3d2c1b',
      username: 'jane',
      groups: [],
    });
    // Groups that may not be read are an error: somebody relies on them.
    await expect(login(jane)).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it.each([
    ['default', { id: 'default' }],
    ['9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b', { id: '9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b' }],
    ['9f8e7d6c5b4a49388271605f4e3d2c1b', { id: '9f8e7d6c5b4a49388271605f4e3d2c1b' }],
    ['Engineering', { name: 'Engineering' }],
  ])('in the domain %s asks for %j', async (domain, expected) => {
    const provider = fakeKeystone();
    await (await opened(provider, { domain })).login(jane);
    expect(provider.world.asked).toEqual([{ name: 'jane', domain: expected }]);
  });

  it('reads all pages of the groups', async () => {
    const provider = fakeKeystone();
    Object.assign(provider.world, { groups: ['ops', 'staff', 'sre', 'dev', 'qa'], pageSize: 2 });
    expect((await (await opened(provider)).login(jane)).groups).toEqual(['ops', 'staff', 'sre', 'dev', 'qa']);
  });

  it.each([{}, { 'x-subject-token': '' }])('is an error when Keystone gives no token: %j', async (headers) => {
    const provider = fakeKeystone();
    const fetch: typeof provider.fetch = async (input, init) => {
      const answer = await provider.fetch(input, init);
      return answer.status === 201 ? new Response(answer.body, { status: 201, headers }) : answer;
    };
    await expect((await opened({ ...provider, fetch })).login(jane)).rejects.toMatchObject({
      code: 'upstream/protocol',
      detail: { reason: 'no X-Subject-Token' },
    });
  });

  it('is rejected for a disabled account', async () => {
    const provider = fakeKeystone();
    provider.world.enabled = false;
    expect(await (await opened(provider)).check(jane)).toBe('rejected');
  });
});

describe('refresh', () => {
  it('sees a new name, address and groups', async () => {
    const provider = fakeKeystone();
    const { login, refresh } = await opened(provider);
    const before = await login(jane);
    Object.assign(provider.world, { name: 'jane-doe', email: 'doe@example.com', groups: ['admins'] });
    expect(await refresh(before)).toMatchObject({
      username: 'jane-doe',
      email: { address: 'doe@example.com' },
      groups: ['admins'],
      claims: { name: 'jane-doe', domain_id: 'default' },
    });
    expect(await refresh(before, { groups: false })).toMatchObject({ groups: [] });
  });

  it.each([{ enabled: false }, { gone: true }])('ends with an account that is %j', async (change) => {
    const provider = fakeKeystone();
    const { login, refresh } = await opened(provider);
    const before = await login(jane);
    Object.assign(provider.world, change);
    expect(await refresh(before)).toBe('rejected');
  });

  it('ends when the answer is about somebody else', async () => {
    const provider = fakeKeystone();
    const { login, refresh } = await opened(provider);
    const before = await login(jane);
    provider.world.answersAbout = '00000000000000000000000000000000';
    expect(await refresh(before, { groups: false })).toBe('rejected');
  });

  it.each(['all', 'reading'] as const)('logs nobody out when this service is refused %s', async (forbidden) => {
    const provider = fakeKeystone();
    const { login, refresh } = await opened(provider);
    const before = await login(jane);
    provider.world.forbidden = forbidden;
    await expect(refresh(before)).rejects.toMatchObject({
      code: 'upstream/protocol',
      detail: { status: 403, remedy: expect.stringContaining('keystoneScope') },
    });
  });

  it('ends when the account is refused and no longer in the list', async () => {
    const provider = fakeKeystone();
    const { login, refresh } = await opened(provider);
    const before = await login(jane);
    Object.assign(provider.world, { forbidden: 'reading', gone: true });
    expect(await refresh(before)).toBe('rejected');
  });

  it('ends when the account is refused and its name is that of somebody else by now', async () => {
    const provider = fakeKeystone();
    const { login, refresh } = await opened(provider);
    const before = await login(jane);
    Object.assign(provider.world, { forbidden: 'reading', answersAbout: '00000000000000000000000000000000' });
    expect(await refresh(before)).toBe('rejected');
  });

  it('logs nobody out when the password of this service is wrong', async () => {
    const files = { '/password': 'wrong' };
    const options = { keystonePassword: undefined, keystonePasswordFile: '/password' };
    const { login, refresh } = await opened(fakeKeystone(), options, files);
    const before = await login(jane);
    await expect(refresh(before)).rejects.toMatchObject({ code: 'upstream/protocol' });
    files['/password'] = `${adminPassword}\n`;
    expect(await refresh(before)).toMatchObject({ username: 'jane' });
  });
});

describe('the configuration', () => {
  it.each([
    [{ keystoneHost: 'http://keystone.example' }, 'config.keystoneHost: must begin with https://'],
    [{ keystonePassword: undefined }, 'config.keystonePassword: is missing'],
    [{ keystoneUsername: '' }, 'config.keystoneUsername: is empty'],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });
});
