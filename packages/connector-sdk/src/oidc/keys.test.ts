import { describe, expect, it } from 'vitest';
import { protocol, setUp, unavailable } from '../../test/openid-login.ts';

describe('keys', () => {
  it('are fetched once for many logins', async () => {
    const { idp, login } = await setUp();
    await Promise.all([login(), login(), login()]);
    await login();
    const asked = idp.requests.map((request) => new URL(request.url).pathname);
    expect(asked.filter((path) => path === '/jwks')).toHaveLength(1);
    expect(asked.filter((path) => path === '/.well-known/openid-configuration')).toHaveLength(1);
  });

  it('are fetched again for a key id that is not known, but not for every forged one', async () => {
    const { idp, login, clock } = await setUp();
    await login();
    await idp.rotateKeys();
    await expect(login()).rejects.toMatchObject(protocol);
    clock.advance(31);
    await expect(login()).resolves.toHaveProperty('claims');
    expect(idp.requests.filter((request) => request.url.endsWith('/jwks'))).toHaveLength(2);
  });

  it('that the provider took back do not serve once more, however long nobody logged in', async () => {
    const { idp, login, clock } = await setUp();
    await login();
    idp.lies.answers.jwks = { status: 200, body: '{"keys":[]}' };
    clock.advance(11 * 60);
    await expect(login()).rejects.toMatchObject(protocol);
  });

  it('serve while the provider does not answer, for an hour', async () => {
    const { idp, login, clock, log } = await setUp();
    await login();
    idp.lies.answers.jwks = 'down';
    clock.advance(11 * 60);
    await expect(login()).resolves.toHaveProperty('claims');
    expect(log.lines.map((line) => line.event)).toContain('provider.keys_stale');
    clock.advance(50 * 60);
    await expect(login()).rejects.toMatchObject(unavailable);
  });
});
