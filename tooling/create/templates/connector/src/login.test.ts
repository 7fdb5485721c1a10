import type { Identity, RedirectLogin, UpstreamRefresh } from '@ostiary/connector-sdk';
import { readConfig } from '@ostiary/connector-sdk/config';
import {
  type FetchHandler,
  httpOver,
  on,
  type ScriptedFetch,
  scriptedFetch,
  testContext,
} from '@ostiary/connector-sdk/testing';
import { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { templateName } from './index.ts';

const scopes = { offlineAccess: true, groups: true };
const callbackUrl = 'https://issuer.example/callback/template-name';
const state = 'state-1';
const jane = { id: 17, login: 'jane', name: 'Jane Doe', email: 'jane@example.com', groups: ['developers'] };
const identity: Identity = {
  userId: '17',
  username: 'Jane Doe',
  preferredUsername: 'jane',
  email: { address: 'jane@example.com', verified: false },
  groups: ['developers'],
};

const tokenEndpoint = 'https://provider.example/oauth/token';
const userEndpoint = 'https://provider.example/api/user';
const tokens = { access_token: 'access-1', token_type: 'Bearer', refresh_token: 'refresh-1' };

const answers = (url: string, body: unknown, status = 200): FetchHandler =>
  on(url === tokenEndpoint ? 'POST' : 'GET', url, () => Response.json(body, { status }));

interface Opened {
  readonly login: RedirectLogin;
  readonly refresh: UpstreamRefresh;
  readonly network: ScriptedFetch;
}

async function open(groups: readonly string[], ...handlers: readonly FetchHandler[]): Promise<Opened> {
  const network = scriptedFetch(...handlers);
  const raw = { clientID: 'ostiary', clientSecret: 'secret', baseURL: 'https://provider.example', groups };
  const config = await readConfig(templateName.config, raw, { path: 'config' });
  const { via, login, refresh } = templateName.open(config, testContext({ http: httpOver(network.fetch) }));
  if (via !== 'redirect' || refresh?.kind !== 'upstream') throw new Error('template-name redirects and asks again');
  return { login, refresh, network };
}

async function logIn({ login }: Opened, answer: Readonly<Record<string, string>>): Promise<Identity> {
  const { keep } = await login.begin({ scopes, callbackUrl, state });
  const params = new URLSearchParams(answer);
  return login.finish({ scopes, callbackUrl, state, keep, params, headers: new Headers() });
}

describe('login', () => {
  it('sends the browser to the provider with state and PKCE', async () => {
    const { login } = await open([]);
    const step = await login.begin({ scopes, callbackUrl, state });
    if (step.kind !== 'redirect') throw new Error('no redirect');
    const { origin, pathname, searchParams } = new URL(step.url);
    expect(origin + pathname).toBe('https://provider.example/oauth/authorize');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      client_id: 'ostiary',
      redirect_uri: callbackUrl,
      state,
      code_challenge_method: 'S256',
    });
  });

  it('answers who the user endpoint says it is', async () => {
    const opened = await open([], answers(tokenEndpoint, tokens), answers(userEndpoint, jane));
    expect(await logIn(opened, { code: 'c', state })).toMatchObject(identity);
    expect(opened.network.requests[1]?.headers.get('authorization')).toBe('Bearer access-1');
  });

  it.each([
    ['another state', { code: 'c', state: 'other' }, 'upstream/protocol'],
    ['a person who declined', { error: 'access_denied', state }, 'login/denied'],
  ])('refuses %s without asking for tokens', async (_what, answer, code) => {
    const opened = await open([]);
    await expect(logIn(opened, answer)).rejects.toMatchObject({ code });
    expect(opened.network.requests).toEqual([]);
  });

  it.each([
    ['an answer of another form', { login: 'jane' }, 200, 'upstream/protocol'],
    ['a refused token', {}, 401, 'upstream/protocol'],
    ['a provider that is down', {}, 503, 'upstream/unavailable'],
  ])('does not let in by %s', async (_what, body, status, code) => {
    const opened = await open([], answers(tokenEndpoint, tokens), answers(userEndpoint, body, status));
    await expect(logIn(opened, { code: 'c', state })).rejects.toMatchObject({ code });
  });

  it('lets in only the groups of the allow-list', async () => {
    const opened = await open(['admins'], answers(tokenEndpoint, tokens), answers(userEndpoint, jane));
    await expect(logIn(opened, { code: 'c', state })).rejects.toMatchObject({ code: 'login/not_allowed' });
  });
});

describe('refresh', () => {
  const known = { ...identity, connectorData: new Secret('refresh-1') };

  it('answers the person as they are now, and keeps the newest refresh token', async () => {
    const { refresh } = await open(
      [],
      answers(tokenEndpoint, { ...tokens, refresh_token: 'refresh-2' }),
      answers(userEndpoint, { ...jane, name: 'Jane Roe' }),
    );
    const now = await refresh.refresh({ identity: known, scopes });
    if (now === 'rejected') throw new Error('the login is over');
    expect(now.username).toBe('Jane Roe');
    expect(now.connectorData?.reveal()).toBe('refresh-2');
  });

  it('keeps the refresh token of a provider that sends no new one', async () => {
    const { refresh_token: _none, ...rest } = tokens;
    const { refresh } = await open([], answers(tokenEndpoint, rest), answers(userEndpoint, jane));
    const now = await refresh.refresh({ identity: known, scopes });
    expect(now !== 'rejected' && now.connectorData?.reveal()).toBe('refresh-1');
  });

  it.each([
    ['the grant is over', [], answers(tokenEndpoint, { error: 'invalid_grant' }, 400)],
    ['the person left the allowed groups', ['admins'], answers(tokenEndpoint, tokens)],
  ])('is rejected when %s', async (_what, groups, handler) => {
    const { refresh } = await open(groups, handler, answers(userEndpoint, jane));
    expect(await refresh.refresh({ identity: known, scopes })).toBe('rejected');
  });

  it('keeps people logged in while the provider is down', async () => {
    const { refresh } = await open([], answers(tokenEndpoint, {}, 503));
    await expect(refresh.refresh({ identity: known, scopes })).rejects.toMatchObject({ code: 'upstream/unavailable' });
  });

  it('is rejected for a login that brought no refresh token', async () => {
    const { refresh, network } = await open([]);
    expect(await refresh.refresh({ identity, scopes })).toBe('rejected');
    expect(network.requests).toEqual([]);
  });
});
