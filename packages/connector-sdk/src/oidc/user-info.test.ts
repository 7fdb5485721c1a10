import { describe, expect, it } from 'vitest';
import { protocol, setUp, unavailable } from '../../test/openid-login.ts';
import type { Lies } from '../testing/index.ts';
import { fetchUserInfo } from './user-info.ts';

describe('fetchUserInfo', () => {
  async function userInfoAfter(lie: Partial<Lies>, subject: string | null = 'jane-1') {
    const { idp, provider, client, login } = await setUp();
    const { tokens } = await login();
    Object.assign(idp.lies, lie);
    return fetchUserInfo({
      provider,
      clientId: client.clientId,
      accessToken: tokens.accessToken,
      subject: subject ?? undefined,
    });
  }

  it('answers JSON, and a JWT that the provider signed', async () => {
    const claims = { sub: 'jane-1', groups: ['x'] };
    expect(await userInfoAfter({ userInfo: { groups: ['x'] } })).toMatchObject(claims);
    expect(await userInfoAfter({ userInfo: { groups: ['x'] }, signedUserInfo: true })).toMatchObject(claims);
  });

  it('answers a JWT that leaves out whose it is and whom it is for, or names others besides us', async () => {
    const bare = { iss: undefined, aud: undefined };
    expect(await userInfoAfter({ signedUserInfo: true, userInfo: bare })).toMatchObject({ sub: 'jane-1' });
    const { client } = await setUp();
    const shared = { aud: ['other', client.clientId] };
    expect(await userInfoAfter({ signedUserInfo: true, userInfo: shared })).toMatchObject({ sub: 'jane-1' });
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
    [
      'encrypted JWT',
      { signedUserInfo: true, signature: 'encrypted' },
      { ...protocol, detail: { reason: 'token that is encrypted' } },
    ],
    ['unsigned JWT', { signedUserInfo: true, signature: 'none' }, protocol],
    ['JWT of another sub', { signedUserInfo: true, userInfo: { sub: 'eve' } }, protocol],
    [
      'JWT that has ended',
      { signedUserInfo: true, userInfo: { exp: Date.parse('2029-12-31T23:58:59Z') / 1000 } },
      protocol,
    ],
    ['HS256 with the public key', { signedUserInfo: true, signature: 'HS256 with the public key' }, protocol],
    ['JWT for another client', { signedUserInfo: true, userInfo: { aud: 'other' } }, protocol],
    ['JWT for other clients', { signedUserInfo: true, userInfo: { aud: ['other', 'more'] } }, protocol],
    ['JWT for nobody', { signedUserInfo: true, userInfo: { aud: [] } }, protocol],
    ['JWT of another issuer', { signedUserInfo: true, userInfo: { iss: 'x' } }, protocol],
  ])('refuses %s', async (_what, lie, expected) => {
    await expect(userInfoAfter(lie)).rejects.toMatchObject(expected);
  });

  it.each([undefined, '', 7])('refuses a JWT of nobody, whoever is expected: %j', async (sub) => {
    const lie = { signedUserInfo: true, userInfo: { sub } };
    await expect(userInfoAfter(lie, null)).rejects.toMatchObject(protocol);
  });

  it.each([true, false])('answers whoever it is where nobody is known yet; as a JWT: %s', async (signedUserInfo) => {
    expect(await userInfoAfter({ signedUserInfo }, null)).toMatchObject({ sub: 'jane-1' });
  });

  it('refuses a JWT with an algorithm that the provider does not list', async () => {
    const { idp, provider, client, login } = await setUp();
    const { tokens } = await login();
    idp.lies.signedUserInfo = true;
    const metadata = async () => ({ ...(await provider.metadata()), id_token_signing_alg_values_supported: ['RS256'] });
    const asked = { provider: { ...provider, metadata }, clientId: client.clientId, subject: 'jane-1' };
    await expect(fetchUserInfo({ ...asked, accessToken: tokens.accessToken })).rejects.toMatchObject(protocol);
  });
});
