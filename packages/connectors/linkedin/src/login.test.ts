import { describe, expect, it } from 'vitest';
import { fakeLinkedIn } from '../test/fake-linkedin.ts';
import { configOf, opened } from '../test/support.ts';

describe('the identity', () => {
  it('is the id of the member, the name and the verified address', async () => {
    const { connectorData: _tokens, claims: _claims, ...identity } = await (await opened(fakeLinkedIn())).login();
    expect(identity).toEqual({
      userId: '782bbtaQ',
      username: 'Jane Doe',
      email: { address: 'jane@example.com', verified: true },
      groups: [],
    });
  });

  it.each([
    [{ name: undefined }, 'Jane Doe'],
    [{ name: undefined, given_name: undefined, family_name: undefined }, 'jane@example.com'],
    [{ name: undefined, given_name: undefined, family_name: undefined, email: undefined }, ''],
  ])('without %j is called %s', async (change, username) => {
    const idp = fakeLinkedIn();
    Object.assign(idp.member, change);
    expect((await (await opened(idp)).login()).username).toBe(username);
  });

  it('asks for the scopes of the OpenID Connect product, without PKCE', async () => {
    const { searchParams } = await (await opened(fakeLinkedIn())).begin();
    expect(searchParams.get('scope')).toBe('openid profile email');
    expect([...searchParams.keys()].filter((name) => name.startsWith('code_'))).toEqual([]);
  });
});

describe('a login that LinkedIn ends', () => {
  it.each([
    ['user_cancelled_login', 'login/denied'],
    ['user_cancelled_authorize', 'login/denied'],
    ['unauthorized_scope_error', 'upstream/protocol'],
  ])('says why, in its own words: %s is %s', async (error, code) => {
    const idp = fakeLinkedIn();
    const { login } = await opened({
      ...idp,
      visit: (url) => new URLSearchParams({ error, state: idp.decline(url).get('state') ?? '' }),
    });
    await expect(login()).rejects.toMatchObject({ code, detail: { error } });
  });
});

describe('claims', () => {
  it('are those of userinfo, at a refresh too', async () => {
    const idp = fakeLinkedIn();
    const { login, refresh } = await opened(idp);
    const before = await login();
    expect(before.claims).toEqual(idp.member);
    expect(before.claims).toHaveProperty('locale', 'en-US');
    idp.member.locale = 'de-AT';
    expect(await refresh(before)).toHaveProperty('claims.locale', 'de-AT');
  });
});

describe('refresh', () => {
  it('asks again with the token of the login, until that ends', async () => {
    const idp = fakeLinkedIn();
    const { login, refresh, clock } = await opened(idp);
    const before = await login();
    idp.member.name = 'Jane Roe';
    expect(await refresh(before)).toMatchObject({ username: 'Jane Roe' });
    clock.advance(5_184_000);
    expect(await refresh(before)).toBe('rejected');
  });
});

describe('refreshMaxAge', () => {
  it.each([
    [3599, true],
    [3600, false],
  ])('of an hour: %i seconds after the login a refresh is answered: %s', async (seconds, answered) => {
    const { login, refresh, clock } = await opened(fakeLinkedIn(), { refreshMaxAge: '1h' });
    const before = await login();
    clock.advance(1800);
    const between = await refresh(before);
    if (between === 'rejected') throw new Error('rejected');
    clock.advance(seconds - 1800);
    expect((await refresh(between)) !== 'rejected').toBe(answered);
  });
});

describe('the configuration', () => {
  it('wants a secret', async () => {
    await expect(configOf({ clientSecret: undefined })).rejects.toThrow('config.clientSecret: is missing');
  });
});
