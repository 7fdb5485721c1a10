import { describe, expect, it } from 'vitest';
import { configOf, fakeProvider, opened } from '../test/support.ts';

describe('a login', () => {
  it('goes to the provider with the redirect URI, state and PKCE', async () => {
    const { origin, pathname, searchParams } = await (await opened(fakeProvider())).begin();
    expect(origin + pathname).toBe('https://provider.example/oauth/authorize');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      client_id: 'ostiary',
      redirect_uri: 'https://issuer.example/callback/test',
      scope: 'read:user',
      code_challenge_method: 'S256',
    });
  });

  it('answers who the user endpoint says it is', async () => {
    const { connectorData: _tokens, ...identity } = await (await opened(fakeProvider())).login();
    expect(identity).toEqual({
      userId: '17',
      username: 'Jane Doe',
      preferredUsername: 'jane',
      email: { address: 'jane@example.com', verified: false },
      groups: ['developers'],
    });
  });

  it('does without a name and an address', async () => {
    const provider = fakeProvider();
    provider.user = { id: 17, login: 'jane', name: null, email: null };
    const identity = await (await opened(provider)).login();
    expect(identity).toMatchObject({ username: 'jane', groups: [] });
    expect(identity.email).toBeUndefined();
  });

  it.each([true, false])('lets in only the groups of the allow-list, groups asked for: %s', async (groups) => {
    const { login } = await opened(fakeProvider(), { groups: ['admins'] });
    await expect(login({ groups })).rejects.toMatchObject({ code: 'login/not_allowed' });
  });
});

describe('a refresh', () => {
  it('answers the person as they are now, and ends with a group that is gone', async () => {
    const provider = fakeProvider();
    const { login, refresh } = await opened(provider, { groups: ['developers'] });
    const before = await login();
    provider.user.name = 'Jane Roe';
    expect(await refresh(before)).toMatchObject({ username: 'Jane Roe' });
    provider.user.groups = [];
    expect(await refresh(before)).toBe('rejected');
  });
});

describe('the configuration', () => {
  it.each([
    [{ baseURL: 'http://provider.example' }, 'config.baseURL: must begin with https://'],
    [{ clientSecret: undefined }, 'config.clientSecret: is missing'],
  ])('refuses %j', async (options, problem) => {
    await expect(configOf(options)).rejects.toThrow(problem);
  });
});
