import { fakeClock, fakeIdp, httpOver, testContext } from '@ostiary/connector-sdk/testing';
import { Secret } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { configOf } from '../test/support.ts';
import { oidc } from './definition.ts';

const callbackUrl = 'https://login.example.com/dex/callback/test';
const scopes = { offlineAccess: true, groups: true };

async function world(options: Readonly<Record<string, unknown>> = {}) {
  const clock = fakeClock();
  const idp = await fakeIdp({ now: clock.now });
  const context = testContext({ now: clock.now, http: httpOver(idp.fetch) });
  const { via, login, refresh, exchange } = oidc.open(await configOf(options), context);
  if (via !== 'redirect' || refresh?.kind !== 'upstream' || exchange === undefined)
    throw new Error('facets are missing');
  const logIn = async () => {
    const step = await login.begin({ scopes, callbackUrl, state: 'st' });
    if (step.kind !== 'redirect') throw new Error('not a redirect');
    const params = idp.visit(step.url);
    return login.finish({ scopes, callbackUrl, state: 'st', keep: step.keep, params, headers: new Headers() });
  };
  return { idp, logIn, refresh, exchange };
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
});

describe('a token exchange', () => {
  it('takes a token that another client got for us, and none that is not for us', async () => {
    const { idp, exchange } = await world();
    const subjectTokenType = 'urn:ietf:params:oauth:token-type:id_token';
    const ask = async (claims: Readonly<Record<string, unknown>>) => {
      const subjectToken = new Secret(await idp.idToken(claims));
      return exchange.exchange({ subjectToken, subjectTokenType, scopes });
    };
    expect(await ask({ aud: ['ostiary', 'cli'], azp: 'cli' })).toHaveProperty('userId');
    expect(await ask({ aud: ['cli'], azp: 'ostiary' })).toBe('rejected');
    expect(await ask({ aud: 'cli' })).toBe('rejected');
  });
});
