/** What an ID token proves at a logout (docs/adr/0026). */
import { seededRandom } from '@ostiary/connector-sdk/testing';
import { createMinter, encodeSubject } from '@ostiary/token-core';
import { describe, expect, it } from 'vitest';
import { locationOf } from './browser.ts';
import { issuerId, jane } from './harness.ts';
import {
  asks,
  bye,
  fieldOf,
  loggedIn,
  loggedOut,
  logOut,
  refused,
  sayYes,
  startWithSessions,
  whoIsThere,
} from './logouts.ts';

describe('an ID token that names no session', () => {
  it.each([
    ['ends that of the person whom it is about', jane.userId, loggedOut],
    ['leads to a question when it is about somebody else', 'u-2', asks],
  ])('%s', async (_what, userId, expected) => {
    const harness = await startWithSessions();
    const { keys, clock } = harness;
    const minter = createMinter({ issuer: issuerId, keys, now: clock.now, random: seededRandom('hint') });
    const subject = encodeSubject({ userId, connectorId: 'idp' });
    const { token } = await minter.idToken({ subject, audience: ['app'], lifetimeSeconds: 60, claims: {} });
    const { browser } = await loggedIn(harness);
    expect(await logOut(browser, { id_token_hint: token })).toMatchObject(expected);
  });
});

describe('an ID token whose key nobody knows any more', () => {
  const setUp = async () => {
    const { tokens } = await loggedIn(await startWithSessions()); // Of keys of its own.
    return { ...(await loggedIn(await startWithSessions())), old: tokens.id };
  };

  it('proves nothing, but people can log out, and go back to a client that names itself', async () => {
    const { browser, old } = await setUp();
    const params = { id_token_hint: old, client_id: 'app', post_logout_redirect_uri: bye, state: 's' };
    const page = await logOut(browser, params);
    expect(page).toMatchObject(asks);
    expect(locationOf(await sayYes(browser, fieldOf(page)))).toBe(`${bye}?state=s`);
    expect(await whoIsThere(browser)).toBe('login_required');
  });

  it('leads nowhere else when the client does not name itself', async () => {
    const { browser, old } = await setUp();
    const page = await logOut(browser, { id_token_hint: old, post_logout_redirect_uri: 'https://evil.example/' });
    expect(page).toMatchObject(asks);
    expect(await sayYes(browser, fieldOf(page))).toMatchObject(loggedOut);
  });

  it('is no reason to send anybody to an address that is not registered', async () => {
    const { browser, old } = await setUp();
    const params = { id_token_hint: old, client_id: 'app', post_logout_redirect_uri: 'https://evil.example/' };
    expect(await logOut(browser, params)).toMatchObject(refused);
    expect(await whoIsThere(browser)).toBe('somebody');
  });
});
