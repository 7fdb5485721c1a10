/** A client that acts for itself (RFC 6749 section 4.4). */
import { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import type { Client, GrantType, Reply } from '../src/index.ts';
import { app, bodyOf, claimsOf, cli, type Harness, startIssuer, textOf } from './harness.ts';
import { clientNamed } from './sessions.ts';
import { userinfo } from './tokens.ts';

const grantTypes: readonly GrantType[] = ['authorization_code', 'client_credentials'];

const start = (more: Partial<Client> = {}, ...others: readonly Client[]): Promise<Harness> =>
  startIssuer({ clients: [{ ...app, ...more }, cli, ...others], protocol: { grantTypes } });

const ask = ({ browser }: Pick<Harness, 'browser'>, more: Readonly<Record<string, string>> = {}): Promise<Reply> =>
  browser().token({ grant_type: 'client_credentials', client_id: 'app', client_secret: 'app-secret', ...more });

describe('a client that acts for itself', () => {
  it('is its own subject, in the bytes of Dex', async () => {
    const harness = await startIssuer({
      clients: [{ ...app, id: 'example-app', secrets: [new Secret('s')] }],
      protocol: { grantTypes },
    });
    const reply = await ask(harness, { client_id: 'example-app', client_secret: 's' });
    const claims = claimsOf(textOf(reply, 'access_token'));
    expect(claims).toMatchObject({ sub: 'CgtleGFtcGxlLWFwcA', aud: 'example-app', client_id: 'example-app' });
    expect(claims).not.toHaveProperty('auth_time');
  });

  it('gets an access token that counts, no refresh token, and no ID token unless it asks for one', async () => {
    const harness = await start();
    const reply = await ask(harness);
    expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(Object.keys(bodyOf(reply)).toSorted()).toEqual(['access_token', 'expires_in', 'token_type']);
    expect(await userinfo(harness, textOf(reply, 'access_token'))).toBe(200);
    const both = await ask(harness, { scope: 'openid', nonce: 'n' });
    expect(claimsOf(textOf(both, 'id_token'))).toMatchObject({ aud: 'app', nonce: 'n', at_hash: expect.any(String) });
    expect(bodyOf(both)).toMatchObject({ scope: 'openid' });
    expect(bodyOf(both)).not.toHaveProperty('refresh_token');
  });

  it('is called by its name, and has the groups of its configuration, as far as it asks', async () => {
    const harness = await start({ ownGroups: ['robots', 'system:masters'] });
    const all = claimsOf(textOf(await ask(harness, { scope: 'profile groups email' }), 'access_token'));
    expect(all).toMatchObject({
      name: 'The App',
      preferred_username: 'The App',
      groups: ['robots'],
      email_verified: false,
    });
    expect(all).not.toHaveProperty('email');
    const none = claimsOf(textOf(await ask(harness), 'access_token'));
    for (const claim of ['name', 'groups', 'email_verified']) expect(none).not.toHaveProperty(claim);
  });

  it('may be meant for a client that trusts it, by the rules of that one', async () => {
    const scope = 'groups audience:server:client_id:cluster';
    const cluster = (more: Partial<Client>) => clientNamed('cluster', { trustedPeers: ['app'], ...more });
    const good = await start(
      { ownGroups: ['robots', 'x'] },
      cluster({ allowedGroups: ['robots'], tokenGroups: ['robots'] }),
    );
    const claims = claimsOf(textOf(await ask(good, { scope }), 'access_token'));
    expect(claims).toMatchObject({ aud: ['cluster', 'app'], azp: 'app', groups: ['robots'] });
    const strict = await start({ ownGroups: ['x'] }, cluster({ allowedGroups: ['robots'] }));
    expect(await outcome(ask(strict, { scope }))).toEqual([400, 'invalid_grant']);
    const stranger = await start({}, clientNamed('cluster'));
    expect(await outcome(ask(stranger, { scope }))).toEqual([400, 'invalid_scope']);
  });

  it('need not be among its own people', async () => {
    expect((await ask(await start({ allowedGroups: ['people'] }))).status).toBe(200);
  });

  it.each([
    ['a public client', { client_id: 'cli', client_secret: '' }, 'unauthorized_client'],
    ['a wrong secret', { client_secret: 'x' }, 'invalid_client'],
    ['offline_access', { scope: 'offline_access' }, 'invalid_scope'],
    ['an account at a provider', { scope: 'federated:id' }, 'invalid_scope'],
    ['a scope that nobody knows', { scope: 'admin' }, 'invalid_scope'],
  ])('is refused with %s', async (_what, more, error) => {
    const [status, code] = await outcome(ask(await start(), more));
    expect({ status, code }).toEqual({ status: error === 'invalid_client' ? 401 : 400, code: error });
  });

  it('has no name that Kubernetes keeps for itself', async () => {
    expect(await outcome(ask(await start({ name: 'system:admin' })))).toEqual([400, 'invalid_grant']);
  });

  it('cannot unless that grant was asked for by its name', async () => {
    const harness = await startIssuer();
    expect(await outcome(ask(harness))).toEqual([400, 'unsupported_grant_type']);
    const document = async ({ browser }: Pick<Harness, 'browser'>) =>
      bodyOf(await browser().send('/.well-known/openid-configuration')).grant_types_supported;
    expect(await document(harness)).not.toContain('client_credentials');
    expect(await document(await start())).toEqual(['authorization_code', 'client_credentials']);
  });
});

const outcome = async (reply: Promise<Reply>): Promise<readonly unknown[]> => {
  const answered = await reply;
  return [answered.status, bodyOf(answered).error];
};
