import { openHttp } from '@ostiary/connector-sdk/http';
import { playRedirect, type RedirectPlayer, testContext } from '@ostiary/connector-sdk/testing';
import { startEmulate } from '@ostiary/tooling-servers';
import { afterAll, describe, expect, it } from 'vitest';
import { okta } from '../src/index.ts';
import { clientSecret, configOf } from './support.ts';

const callback = 'https://issuer.example/callback/test';
const names = ['jane', 'joe', 'jill'];
const service = await startEmulate('okta', {
  seed: {
    tokens: { 'token-of-root': { login: 'root' } },
    okta: {
      users: names.map((name) => ({
        okta_id: `00u${name}`,
        login: `${name}@example.com`,
        email: `${name}@example.com`,
        first_name: name,
        last_name: 'Doe',
      })),
      groups: [{ okta_id: '00gadmins', name: 'admins' }],
      group_memberships: names.map((name) => ({ group_okta_id: '00gadmins', user_okta_id: `00u${name}` })),
      oauth_clients: ['default', 'org'].map((server) => ({
        client_id: 'ostiary',
        client_secret: clientSecret,
        name: 'Ostiary',
        redirect_uris: [callback, 'https://issuer.example/bye'],
        auth_server_id: server,
      })),
    },
  },
});
const http = openHttp({});
afterAll(async () => {
  await http[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

const open = async (options: Record<string, unknown>) =>
  okta.open(await configOf({ orgURL: service.url, ...options }), testContext({ http, now: () => new Date() }));

const opened = async (person: string, options: Record<string, unknown> = {}): Promise<RedirectPlayer> =>
  playRedirect(await open(options), { visit: (url) => service.visit(url, `${person}@example.com`) });

/** What an administrator does. */
async function remove(path: string): Promise<void> {
  const headers = { authorization: 'SSWS token-of-root' };
  const { status } = await service.fetch(`${service.url}/api/v1${path}`, { method: 'DELETE', headers });
  expect(status).toBe(204);
}

describe('an Okta that is not ours', () => {
  it.each(['default', undefined])('logs somebody in, and is asked again at a refresh, at %s', async (server) => {
    const { login, refresh } = await opened('jane', { authorizationServer: server });
    const identity = await login();
    expect(identity).toMatchObject({
      userId: '00ujane',
      username: 'jane Doe',
      preferredUsername: 'jane@example.com',
      email: { address: 'jane@example.com', verified: true },
    });
    expect(identity.groups).toContain('admins');
    expect(await refresh(identity)).toMatchObject({ userId: identity.userId, groups: identity.groups });
  });

  it('ends the login of who is taken out of the allowed groups', async () => {
    const { login, refresh } = await opened('joe', { allowedGroups: ['admins'] });
    const identity = await login();
    expect(identity.groups).toEqual(['admins']);
    await remove('/groups/00gadmins/users/00ujoe');
    expect(await refresh(identity)).toBe('rejected');
    await expect(login()).rejects.toMatchObject({ code: 'login/not_allowed' });
  });

  it('ends the login of an account that was deleted', async () => {
    const { login, refresh } = await opened('jill');
    const identity = await login();
    // The first time only deactivates it.
    await remove('/users/00ujill');
    await remove('/users/00ujill');
    expect(await refresh(identity)).toBe('rejected');
  });

  it('logs out, and comes back', async () => {
    const connector = await open({});
    const { login } = await opened('jane');
    const { connectorData } = await login();
    const held = connectorData === undefined ? {} : { connectorData };
    const step = await connector.logout?.begin({ returnUrl: 'https://issuer.example/bye', state: 'state-1', ...held });
    const response = await service.fetch(step?.url ?? '', { redirect: 'manual' });
    expect(response.headers.get('location')).toMatch(/^https:\/\/issuer\.example\/bye/u);
  });
});
