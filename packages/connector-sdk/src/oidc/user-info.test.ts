import { describe, expect, it } from 'vitest';
import { protocol, setUp, unavailable } from '../../test/openid-login.ts';
import type { Lies } from '../testing/index.ts';
import { fetchUserInfo } from './user-info.ts';

describe('fetchUserInfo', () => {
  async function userInfoAfter(lie: Partial<Lies>) {
    const { idp, provider, client, login } = await setUp();
    const { tokens } = await login();
    Object.assign(idp.lies, lie);
    return fetchUserInfo({ provider, clientId: client.clientId, accessToken: tokens.accessToken, subject: 'jane-1' });
  }

  it('answers JSON, and a JWT that the provider signed', async () => {
    const claims = { sub: 'jane-1', groups: ['x'] };
    expect(await userInfoAfter({ userInfo: { groups: ['x'] } })).toMatchObject(claims);
    expect(await userInfoAfter({ userInfo: { groups: ['x'] }, signedUserInfo: true })).toMatchObject(claims);
  });

  it.each<[string, Partial<Lies>, object]>([
    ['another sub', { userInfo: { sub: 'eve' } }, protocol],
    ['no sub', { userInfo: { sub: undefined } }, protocol],
    ['broken JSON', { answers: { userinfo: 'broken JSON' } }, protocol],
    ['huge', { answers: { userinfo: 'huge' } }, protocol],
    ['401', { answers: { userinfo: { status: 401 } } }, protocol],
    ['down', { answers: { userinfo: 'down' } }, unavailable],
    ['500', { answers: { userinfo: { status: 500 } } }, unavailable],
    ['forged JWT', { signedUserInfo: true, signature: 'forged' }, protocol],
    ['unsigned JWT', { signedUserInfo: true, signature: 'none' }, protocol],
    ['JWT of another sub', { signedUserInfo: true, userInfo: { sub: 'eve' } }, protocol],
    ['JWT for another client', { signedUserInfo: true, userInfo: { aud: 'other' } }, protocol],
    ['JWT for nobody', { signedUserInfo: true, userInfo: { aud: undefined } }, protocol],
    ['JWT of another issuer', { signedUserInfo: true, userInfo: { iss: 'x' } }, protocol],
  ])('refuses %s', async (_what, lie, expected) => {
    await expect(userInfoAfter(lie)).rejects.toMatchObject(expected);
  });
});
