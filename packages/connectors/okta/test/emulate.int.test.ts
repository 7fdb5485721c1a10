import { openHttp } from '@ostiary/connector-sdk/http';
import { playRedirect, testContext } from '@ostiary/connector-sdk/testing';
import { startEmulate } from '@ostiary/tooling-servers';
import { afterAll, describe, expect, it } from 'vitest';
import { okta } from '../src/index.ts';
import { clientSecret, configOf } from './support.ts';

const jane = {
  okta_id: '00ujane',
  login: 'jane@example.com',
  email: 'jane@example.com',
  first_name: 'Jane',
  last_name: 'Doe',
};
const service = await startEmulate('okta', {
  okta: {
    users: [jane],
    groups: [{ okta_id: '00gadmins', name: 'admins' }],
    group_memberships: [{ group_okta_id: '00gadmins', user_okta_id: '00ujane' }],
    oauth_clients: [
      {
        client_id: 'ostiary',
        client_secret: clientSecret,
        name: 'Ostiary',
        redirect_uris: ['https://issuer.example/callback/test'],
        auth_server_id: 'default',
      },
    ],
  },
});
afterAll(() => service[Symbol.asyncDispose]());

describe('an Okta that is not ours', () => {
  it('logs somebody in, and is asked again at a refresh', async () => {
    await using http = openHttp({});
    const config = await configOf({ orgURL: service.url });
    const connector = okta.open(config, testContext({ http, now: () => new Date() }));
    const { login, refresh } = playRedirect(connector, { visit: (url) => service.visit(url, jane.login) });
    const identity = await login();
    expect(identity).toMatchObject({
      username: 'Jane Doe',
      preferredUsername: 'jane@example.com',
      email: { address: 'jane@example.com', verified: true },
    });
    expect(identity.groups).toContain('admins');
    expect(await refresh(identity)).toMatchObject({ userId: identity.userId, groups: identity.groups });
  });
});
