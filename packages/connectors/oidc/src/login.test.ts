import type { BeginLogin, Connector, Identity, RefreshAsk } from '@ostiary/connector-sdk';
import {
  type FakeIdp,
  fakeClock,
  fakeIdp,
  httpOver,
  type RecordingLogger,
  recordingLogger,
  testContext,
} from '@ostiary/connector-sdk/testing';
import type { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { configOf } from '../test/support.ts';
import { oidc } from './definition.ts';

const callbackUrl = 'https://login.example.com/dex/callback/test';
const scopes = { offlineAccess: true, groups: true };

interface World {
  readonly idp: FakeIdp;
  readonly log: RecordingLogger;
  readonly connector: Connector;
}

async function world(options: Readonly<Record<string, unknown>> = {}): Promise<World> {
  const clock = fakeClock();
  const idp = await fakeIdp({ now: clock.now });
  const log = recordingLogger();
  const context = testContext({ now: clock.now, http: httpOver(idp.fetch), log });
  return { idp, log, connector: oidc.open(await configOf(options), context) };
}

async function begin({ connector }: World, more: Partial<BeginLogin> = {}) {
  if (connector.via !== 'redirect') throw new Error('not a redirect');
  const step = await connector.login.begin({ scopes, callbackUrl, state: 'st', ...more });
  if (step.kind !== 'redirect') throw new Error('not a redirect');
  return step;
}

async function logIn(there: World): Promise<Identity> {
  const { connector, idp } = there;
  const { url, keep } = await begin(there);
  if (connector.via !== 'redirect') throw new Error('not a redirect');
  const params = idp.visit(url);
  return connector.login.finish({ scopes, callbackUrl, state: 'st', keep, params, headers: new Headers() });
}

describe('begin', () => {
  it('asks with PKCE, nonce, state and the scopes of the configuration', async () => {
    const { url, keep } = await begin(await world({ scopes: ['email', 'openid'], acrValues: ['a', 'b'] }));
    const query = new URL(url).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: 'code',
      client_id: 'ostiary',
      redirect_uri: callbackUrl,
      scope: 'openid email',
      state: 'st',
      code_challenge_method: 'S256',
      acr_values: 'a b',
      access_type: 'offline',
      prompt: 'consent',
    });
    expect(query.get('nonce')).not.toBeNull();
    expect(url).not.toContain(String((keep as { verifier?: string }).verifier));
  });

  it.each([
    [{ promptType: '' }, {}, null],
    [{ promptType: '' }, { forceLogin: true }, 'login'],
    [{}, { forceLogin: true }, 'login consent'],
    [{ promptType: 'none' }, { forceLogin: true }, 'login'],
  ])('with %j and %j prompts %s', async (options, ask, prompt) => {
    const { url } = await begin(await world(options), ask);
    expect(new URL(url).searchParams.get('prompt')).toBe(prompt);
    expect(new URL(url).searchParams.get('max_age')).toBe('forceLogin' in ask ? '0' : null);
  });

  it.each<
    [what: string, options: Record<string, unknown>, listed: readonly string[], offlineAccess: boolean, scope: string]
  >([
    ['where the provider lists it', {}, ['openid', 'offline_access'], true, 'openid profile email offline_access'],
    ['not where it does not', {}, ['openid'], true, 'openid profile email'],
    ['not when nobody wants it', {}, ['offline_access'], false, 'openid profile email'],
    ['not when told so', { requestOfflineAccess: false }, ['offline_access'], true, 'openid profile email'],
    ['once', { scopes: ['offline_access'] }, ['offline_access'], true, 'openid offline_access'],
  ])('asks for offline access by itself: %s', async (_what, options, listed, offlineAccess, scope) => {
    const there = await world(options);
    there.idp.lies.discovery = { scopes_supported: listed };
    const { url } = await begin(there, { scopes: { ...scopes, offlineAccess } });
    expect(new URL(url).searchParams.get('scope')).toBe(scope);
  });

  it('names the shared callback of a Dex registration, and no foreign one', async () => {
    const shared = 'https://login.example.com/dex/callback';
    const { url } = await begin(await world({ redirectURI: shared }));
    expect(new URL(url).searchParams.get('redirect_uri')).toBe(shared);
    await expect(world({ redirectURI: 'https://evil.example/callback' }).then(begin)).rejects.toMatchObject({
      code: 'config/invalid',
    });
  });
});

describe('finish', () => {
  it('answers who logged in', async () => {
    const identity = await logIn(await world({ insecureEnableGroups: true, getUserInfo: true }));
    expect(identity).toMatchObject({ userId: expect.any(String), email: { verified: true } });
    expect(identity.groups.length).toBeGreaterThan(0);
    expect(identity.connectorData).toBeDefined();
    expect(identity).not.toHaveProperty('renewable');
  });

  it('says of a login without a refresh token that it cannot be renewed', async () => {
    const there = await world();
    there.idp.lies.refreshToken = 'never';
    expect(await logIn(there)).toHaveProperty('renewable', false);
    expect(there.log.lines).toContainEqual(expect.objectContaining({ event: 'provider.no_refresh_token' }));
  });

  it.each([
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: 'another-app' }],
    ['another nonce', { nonce: 'x' }],
    ['no nonce', { nonce: undefined }],
    ['another party', { azp: 'another-app' }],
    ['the past', { exp: 1 }],
  ])('refuses an ID token of %s', async (_name, lie) => {
    const there = await world();
    there.idp.lies.idToken = lie;
    await expect(logIn(there)).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it.each(['forged', 'none', 'HS256 with the public key', 'broken'] as const)(
    'refuses a signature: %s',
    async (lie) => {
      const there = await world();
      there.idp.lies.signature = lie;
      await expect(logIn(there)).rejects.toMatchObject({ code: 'upstream/protocol' });
    },
  );

  it('refuses userinfo about another account', async () => {
    const there = await world({ getUserInfo: true });
    there.idp.lies.userInfo = { sub: 'somebody-else' };
    await expect(logIn(there)).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it('refuses an answer that names another issuer (RFC 9207)', async () => {
    const there = await world();
    there.idp.lies.callbackIssuer = 'https://evil.example';
    await expect(logIn(there)).rejects.toMatchObject({ code: 'upstream/protocol' });
  });
});

describe('refresh', () => {
  async function refresh(
    there: World,
    identity: Identity,
    persist: RefreshAsk['persist'] = async () => {},
  ): Promise<Identity | 'rejected'> {
    const { refresh: facet } = there.connector;
    if (facet?.kind !== 'upstream') throw new Error('no refresh');
    return facet.refresh({ identity, scopes, persist });
  }

  it('answers the groups as they are now, and goes on with the new token', async () => {
    const there = await world({ insecureEnableGroups: true });
    const first = await logIn(there);
    there.idp.person.idToken = { ...there.idp.person.idToken, groups: ['new'] };
    const second = await refresh(there, first);
    expect(second).toMatchObject({ userId: first.userId, groups: ['new'] });
    if (second === 'rejected') throw new Error('rejected');
    expect(await refresh(there, second)).not.toBe('rejected');
  });

  it('is rejected when an allow-list no longer has one of the groups', async () => {
    const there = await world({ allowedGroups: ['ops'] });
    there.idp.person.idToken = { ...there.idp.person.idToken, groups: ['ops'] };
    const first = await logIn(there);
    there.idp.person.idToken = { ...there.idp.person.idToken, groups: ['dev'] };
    expect(await refresh(there, first)).toBe('rejected');
  });

  it('does not lose the new token when userinfo cannot be reached', async () => {
    const there = await world({ getUserInfo: true });
    const first = await logIn(there);
    there.idp.lies.answers = { userinfo: 'down' };
    let kept = first;
    const persist = async (connectorData: Secret) => {
      kept = { ...first, connectorData };
    };
    await expect(refresh(there, first, persist)).rejects.toMatchObject({ code: 'upstream/unavailable' });
    there.idp.lies.answers = {};
    expect(await refresh(there, kept)).toMatchObject({ userId: first.userId });
  });

  it('goes on with the claims of the login when the answer has no ID token', async () => {
    const there = await world();
    const first = await logIn(there);
    there.idp.lies.withoutIdToken = true;
    expect(await refresh(there, first)).toMatchObject({ userId: first.userId, username: first.username });
  });

  it('reads userinfo instead, where that is configured', async () => {
    const there = await world({ getUserInfo: true });
    const first = await logIn(there);
    there.idp.lies.withoutIdToken = true;
    there.idp.person.userInfo = { ...there.idp.person.userInfo, name: 'Jane Smith' };
    expect(await refresh(there, first)).toMatchObject({ userId: first.userId, username: 'Jane Smith' });
  });

  it('is rejected without a refresh token of the provider', async () => {
    const there = await world();
    there.idp.lies.refreshToken = 'never';
    expect(await refresh(there, await logIn(there))).toBe('rejected');
  });
});

describe('logout', () => {
  it('leads to the provider with the ID token as hint', async () => {
    const there = await world();
    there.idp.lies.discovery = { end_session_endpoint: 'https://idp.example/logout' };
    const { connectorData } = await logIn(there);
    const returnUrl = 'https://login.example.com/dex/logout/callback';
    const ask = { returnUrl, state: 's', ...(connectorData === undefined ? {} : { connectorData }) };
    const { url } = (await there.connector.logout?.begin(ask)) ?? { url: '' };
    expect(new URL(url).searchParams.get('post_logout_redirect_uri')).toBe(returnUrl);
    expect(new URL(url).searchParams.get('id_token_hint')).not.toBeNull();
  });
});
