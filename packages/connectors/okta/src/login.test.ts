import { describe, expect, it } from 'vitest';
import { configOf, fakeOkta, opened } from '../test/support.ts';

describe('the identity', () => {
  it('is put together from a thin ID token and userinfo', async () => {
    const { connectorData: _t, authentication: _a, ...identity } = await (await opened(await fakeOkta())).login();
    const { sub, email } = identity.claims ?? {};
    expect([sub, email]).toEqual(['jane-1', 'jane@example.com']);
    expect(identity).toEqual({
      claims: identity.claims,
      userId: 'jane-1',
      username: 'Jane Doe',
      preferredUsername: 'jane',
      email: { address: 'jane@example.com', verified: true },
      groups: ['admins', 'developers'],
    });
  });

  it('does not take the word of one document for the address of another', async () => {
    const idp = await fakeOkta();
    idp.person.idToken = { email: 'old@example.com', email_verified: true };
    idp.person.userInfo = { email: 'new@example.com' };
    expect((await (await opened(idp)).login()).email).toEqual({ address: 'new@example.com', verified: false });
  });

  it('works at the authorization server of the organization too', async () => {
    const idp = await fakeOkta(undefined, 'https://example.okta.com');
    expect(await (await opened(idp, { authorizationServer: undefined })).login()).toMatchObject({ userId: 'jane-1' });
  });

  it('asks for offline access only when a refresh token is wanted', async () => {
    const { begin } = await opened(await fakeOkta());
    expect((await begin()).searchParams.get('scope')).toBe('openid profile email groups offline_access');
    expect((await begin({ offlineAccess: false })).searchParams.get('scope')).toBe('openid profile email groups');
  });
});

describe('groups', () => {
  it.each([
    ['one', ['one']],
    [
      ['a', 'b', 'a'],
      ['a', 'b'],
    ],
    [undefined, []],
    [null, []],
  ])('%j are %j', async (value, expected) => {
    const idp = await fakeOkta();
    idp.person.userInfo = { teams: value };
    expect((await (await opened(idp, { groupsClaim: 'teams' })).login()).groups).toEqual(expected);
  });

  it('that cannot be read are refused', async () => {
    const idp = await fakeOkta();
    idp.person.userInfo = { groups: [{ id: 1 }] };
    await expect((await opened(idp)).login()).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it.each([true, false])('restrict who may log in, asked for: %s, and end the login at a refresh', async (groups) => {
    const idp = await fakeOkta();
    const { login, refresh } = await opened(idp, { allowedGroups: ['admins'] });
    const before = await login({ groups });
    expect(before.groups).toEqual(['admins']);
    idp.person.userInfo = { groups: ['developers'] };
    expect(await refresh(before, { groups })).toBe('rejected');
    await expect(login({ groups })).rejects.toMatchObject({ code: 'login/not_allowed' });
  });
});

describe('the configuration', () => {
  it.each([
    [{ orgURL: 'http://example.okta.com' }, 'config.orgURL: must begin with https://'],
    [{ authorizationServer: '../x' }, 'config.authorizationServer: is no id'],
    [{ clientSecret: undefined }, 'config.clientSecret: is missing'],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });
});
