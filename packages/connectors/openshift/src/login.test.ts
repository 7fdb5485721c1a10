import { describe, expect, it } from 'vitest';
import { fakeOpenShift } from '../test/fake-openshift.ts';
import { configOf, opened } from '../test/support.ts';

describe('the identity', () => {
  it('is the UID of the user, with the name as login name and unverified address', async () => {
    const { connectorData: _tokens, claims: _claims, ...identity } = await (await opened(fakeOpenShift())).login();
    expect(identity).toEqual({
      userId: '0b1c2d3e-1111-2222-3333-444455556666',
      username: 'jane',
      preferredUsername: 'jane',
      email: { address: 'jane', verified: false },
      groups: ['ops', 'developers'],
    });
  });

  it.each([undefined, ''])('is nobody for a user without a UID, %j: all of them would be one', async (uid) => {
    const idp = fakeOpenShift();
    Object.assign(idp.world, { name: 'kube:admin', uid });
    await expect((await opened(idp)).login()).rejects.toThrow('kube:admin has no id');
  });
});

describe('the allow-list', () => {
  it('lets in who is in one of the groups, and hands on all', async () => {
    const { login } = await opened(fakeOpenShift(), { groups: ['ops'] });
    expect((await login()).groups).toEqual(['ops', 'developers']);
  });

  it.each([true, false])('refuses everybody else, groups asked for: %s', async (groups) => {
    const idp = fakeOpenShift();
    idp.world.groups = null;
    const { login } = await opened(idp, { groups: ['ops'] });
    await expect(login({ groups })).rejects.toMatchObject({ code: 'login/not_allowed' });
  });
});

describe('claims', () => {
  it('are the user object, at a refresh too', async () => {
    const idp = fakeOpenShift();
    const { login, refresh } = await opened(idp);
    const before = await login();
    expect(before.claims).toEqual({
      kind: 'User',
      apiVersion: 'user.openshift.io/v1',
      metadata: { name: 'jane', uid: '0b1c2d3e-1111-2222-3333-444455556666', labels: { team: 'ops' } },
      fullName: 'Jane Doe',
      identities: ['ldap:jane'],
      groups: ['ops', 'developers'],
    });
    idp.world.fullName = 'Jane Roe';
    expect(await refresh(before)).toHaveProperty('claims.fullName', 'Jane Roe');
  });
});

describe('refresh', () => {
  it('asks with the token of the login, until that ends', async () => {
    const idp = fakeOpenShift();
    const { login, refresh, clock } = await opened(idp, { groups: ['ops'] });
    const before = await login();
    idp.world.groups = ['ops', 'admins'];
    expect(await refresh(before)).toMatchObject({ groups: ['ops', 'admins'] });
    idp.world.groups = ['developers'];
    expect(await refresh(before)).toBe('rejected');
    idp.world.groups = ['ops'];
    clock.advance(86_400);
    expect(await refresh(before)).toBe('rejected');
  });
});

describe('discovery', () => {
  it.each([
    ['empty', {}],
    ['no document', null],
    ['plain http', { authorization_endpoint: 'http://o.example/a', token_endpoint: 'https://o.example/t' }],
    ['another scheme', { authorization_endpoint: 'https://o.example/a', token_endpoint: 'javascript:alert(1)' }],
  ])('refuses what is %s', async (_what, metadata) => {
    const idp = fakeOpenShift();
    idp.world.metadata = metadata;
    await expect((await opened(idp)).login()).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it('is done once for many logins', async () => {
    const idp = fakeOpenShift();
    const { login } = await opened(idp);
    await login();
    await login();
    expect(idp.requests.filter(({ url }) => url.includes('.well-known'))).toHaveLength(1);
  });
});

describe('the configuration', () => {
  it.each([
    [{ issuer: 'http://api.cluster.example' }, 'config.issuer: must begin with https://'],
    [{ clientSecret: undefined }, 'config.clientSecret: is missing'],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });
});
