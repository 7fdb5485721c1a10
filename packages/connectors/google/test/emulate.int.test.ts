import { httpOver, playRedirect, type RedirectPlayer, testContext } from '@ostiary/connector-sdk/testing';
import { startEmulate } from '@ostiary/tooling-servers';
import { afterAll, describe, expect, it } from 'vitest';
import { google } from '../src/index.ts';
import { clientSecret, configOf } from './support.ts';

const callback = 'https://issuer.example/callback/test';
const service = await startEmulate('google', {
  as: 'https://accounts.google.com',
  seed: {
    google: {
      users: [
        { email: 'jane@example.com', name: 'Jane Doe' },
        { email: 'joe@gmail.com', name: 'Joe', email_verified: false },
      ],
      oauth_clients: [{ client_id: 'ostiary', client_secret: clientSecret, redirect_uris: [callback] }],
    },
  },
});
afterAll(() => service[Symbol.asyncDispose]());

interface Opened extends RedirectPlayer {
  /** Takes back the last refresh token that was given out. */
  revoke(): Promise<void>;
}

async function opened(options: Record<string, unknown> = {}, person = 'jane@example.com'): Promise<Opened> {
  let token = '';
  const fetch: typeof service.fetch = async (input, init) => {
    const response = await service.fetch(input, init);
    const text = await response.clone().text();
    token = /"refresh_token":"([^"]+)"/u.exec(text)?.[1] ?? token;
    return response;
  };
  const context = testContext({ http: httpOver(fetch), now: () => new Date() });
  const connector = google.open(await configOf(options), context);
  return {
    ...playRedirect(connector, { visit: (url) => service.visit(url, person) }),
    async revoke() {
      const body = new URLSearchParams({ token });
      await service.fetch('https://accounts.google.com/oauth2/revoke', { method: 'POST', body });
    },
  };
}

describe('a Google that is not ours', () => {
  it('logs somebody in, and is asked at userinfo when a refresh brings no ID token', async () => {
    const { login, refresh } = await opened({ hostedDomains: ['example.com'] });
    const identity = await login();
    expect(identity).toMatchObject({
      username: 'Jane Doe',
      email: { address: 'jane@example.com', verified: true },
      tenant: 'example.com',
    });
    const { connectorData: _tokens, claims: _said, ...same } = identity;
    expect(await refresh(identity)).toMatchObject(same);
  });

  it('logs in a private account, which belongs to no domain', async () => {
    const { login } = await opened({}, 'joe@gmail.com');
    const identity = await login();
    expect(identity.email).toEqual({ address: 'joe@gmail.com', verified: false });
    expect(identity.tenant).toBeUndefined();
    const closed = await opened({ hostedDomains: ['example.com'] }, 'joe@gmail.com');
    await expect(closed.login()).rejects.toMatchObject({ code: 'login/not_allowed' });
  });

  it('ends a login whose refresh token was taken back', async () => {
    const { login, refresh, revoke } = await opened();
    const identity = await login();
    await revoke();
    expect(await refresh(identity)).toBe('rejected');
  });

  it('says that the secret is wrong', async () => {
    const { login } = await opened({ clientSecret: 'another' });
    await expect(login()).rejects.toMatchObject({ code: 'upstream/protocol', detail: { error: 'invalid_client' } });
  });
});
