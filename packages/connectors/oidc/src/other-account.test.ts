import { fakeClock, fakeIdp, httpOver, recordingLogger, testContext } from '@ostiary/connector-sdk/testing';
import { Secret } from '@ostiary/primitives';
import { describe, expect, it, vi } from 'vitest';
import { configOf } from '../test/support.ts';
import { oidc } from './definition.ts';

const callbackUrl = 'https://login.example.com/dex/callback/test';
const scopes = { offlineAccess: true, groups: true };

async function world(options: Readonly<Record<string, unknown>> = {}) {
  const clock = fakeClock();
  const idp = await fakeIdp({ now: clock.now });
  const log = recordingLogger();
  const context = testContext({ now: clock.now, http: httpOver(idp.fetch), log });
  const { via, login, refresh, exchange } = oidc.open(await configOf(options), context);
  if (via !== 'redirect' || refresh?.kind !== 'upstream' || exchange === undefined)
    throw new Error('facets are missing');
  const logIn = async () => {
    const step = await login.begin({ scopes, callbackUrl, state: 'st' });
    if (step.kind !== 'redirect') throw new Error('not a redirect');
    const params = idp.visit(step.url);
    return login.finish({ scopes, callbackUrl, state: 'st', keep: step.keep, params, headers: new Headers() });
  };
  const exchangeIdToken = async (claims: Readonly<Record<string, unknown>>) => {
    const subjectToken = new Secret(await idp.idToken(claims));
    return exchange.exchange({ subjectToken, subjectTokenType: 'urn:ietf:params:oauth:token-type:id_token', scopes });
  };
  return { idp, log, logIn, refresh, exchangeIdToken };
}

describe('a refresh', () => {
  it('ends when the claim that says who it is has changed, though sub is the same', async () => {
    const { idp, logIn, refresh } = await world({ userIDKey: 'oid' });
    idp.person.idToken = { ...idp.person.idToken, oid: 'object-1' };
    const identity = await logIn();
    expect(identity.userId).toBe('object-1');
    expect(await refresh.refresh({ identity, scopes, persist: async () => {} })).toMatchObject({ userId: 'object-1' });
    idp.person.idToken = { ...idp.person.idToken, oid: 'object-2' };
    const again = await logIn();
    const swapped = { ...again, userId: 'object-1' };
    expect(await refresh.refresh({ identity: swapped, scopes, persist: async () => {} })).toBe('rejected');
  });

  it('does not take another sub for the same person, though the claim that says who it is stays', async () => {
    const { idp, logIn, refresh } = await world({ userIDKey: 'oid' });
    idp.person.idToken = { ...idp.person.idToken, oid: 'object-1' };
    const identity = await logIn();
    idp.lies.idToken = { sub: 'eve' };
    const refreshing = refresh.refresh({ identity, scopes, persist: async () => {} });
    await expect(refreshing).rejects.toMatchObject({ code: 'upstream/protocol' });
  });

  it.each([
    ['rotates', 1],
    ['stays', 0],
  ] as const)('keeps a refresh token at once only when it is a new one: %s', async (refreshToken, times) => {
    const { idp, logIn, refresh } = await world();
    const identity = await logIn();
    idp.lies.refreshToken = refreshToken;
    const persist = vi.fn(async () => {});
    expect(await refresh.refresh({ identity, scopes, persist })).toHaveProperty('userId', identity.userId);
    expect(persist).toHaveBeenCalledTimes(times);
  });
});

describe('a token exchange', () => {
  it('takes a token that another client got for us, and none that is not for us', async () => {
    const { exchangeIdToken } = await world();
    expect(await exchangeIdToken({ aud: ['ostiary', 'cli'], azp: 'cli' })).toHaveProperty('userId');
    expect(await exchangeIdToken({ aud: ['cli'], azp: 'ostiary' })).toBe('rejected');
    expect(await exchangeIdToken({ aud: 'cli' })).toBe('rejected');
  });

  it('needs no provider that could log somebody in', async () => {
    const { idp, exchangeIdToken } = await world();
    idp.lies.discovery = { authorization_endpoint: undefined, token_endpoint: undefined };
    expect(await exchangeIdToken({})).toHaveProperty('userId');
  });

  it('says when and how the person logged in, if the token does', async () => {
    const { exchangeIdToken } = await world();
    const authentication = { time: new Date(1_800_000_000_000), methods: ['pwd'], contextClass: 'silver' };
    expect(await exchangeIdToken({ auth_time: 1_800_000_000, amr: ['pwd'], acr: 'silver' })).toMatchObject({
      authentication,
    });
    expect(await exchangeIdToken({ auth_time: undefined })).toHaveProperty('authentication', {});
  });

  it.each([
    ['it is for somebody else', {}, { aud: 'cli' }, { reason: 'ERR_JWT_CLAIM_VALIDATION_FAILED', field: 'aud' }],
    [
      'a claim is missing that the configuration wants',
      { userNameKey: 'job' },
      {},
      { reason: 'missing "job" claim', remedy: 'name another claim in userNameKey' },
    ],
  ])('tells the log why it takes none when %s', async (_why, options, claims, detail) => {
    const { log, exchangeIdToken } = await world(options);
    expect(await exchangeIdToken(claims)).toBe('rejected');
    expect(log.lines).toMatchObject([
      { level: 'info', event: 'exchange.rejected', fields: { connector: 'test', code: 'upstream/protocol', detail } },
    ]);
    expect(log.lines.map(({ fields }) => fields.detail)).toEqual([expect.objectContaining(detail)]);
  });
});
