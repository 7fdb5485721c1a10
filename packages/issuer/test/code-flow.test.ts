import { OstiaryError } from '@ostiary/primitives';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Client } from '../src/index.ts';
import { answerOf, locationOf } from './browser.ts';
import {
  app,
  bodyOf,
  claimsOf,
  issuerId,
  jane,
  publicRequest,
  redirectUri,
  request,
  startIssuer,
  textOf,
  verifier,
} from './harness.ts';

const credentials = { client_id: 'app', client_secret: 'app-secret' };

function redeem(code: string | null): Record<string, string> {
  return { grant_type: 'authorization_code', code: code ?? '', redirect_uri: redirectUri, ...credentials };
}

describe('authorization code flow', () => {
  it('leads from the client to the provider and back with code, state and iss', async () => {
    const { browser, upstream } = await startIssuer();
    const person = browser();
    const first = await person.authorize(request());
    expect(locationOf(first)).toMatch(/^https:\/\/idp\.example\.com\/authorize\?state=/);
    expect(new URL(locationOf(first)).searchParams.get('redirect_uri')).toBe(`${issuerId}/callback/idp`);
    const state = new URL(locationOf(first)).searchParams.get('state') ?? '';
    const back = await person.send(`/callback/idp?${new URLSearchParams({ state, code: 'c' })}`);
    expect(locationOf(back).startsWith(`${redirectUri}&code=`)).toBe(true);
    expect(answerOf(back).get('state')).toBe('client-state');
    expect(answerOf(back).get('iss')).toBe(issuerId);
    expect(person.cookies.size).toBe(0);
    expect(upstream.asked.finish).toBe(1);
  });

  it('says in the log who logged in, in fields that an operator can leave out, by the names that are documented', async () => {
    const { browser, log, upstream } = await startIssuer();
    upstream.identity = { ...jane, tenant: 'example.com' };
    await browser().logIn(request());
    expect(log.lines.filter(({ event }) => event === 'login.successful').map(({ fields }) => fields)).toEqual([
      {
        ...{ connector: 'idp', client: 'app', user: jane.userId, username: jane.username, groups: jane.groups },
        ...{
          preferredUsername: jane.preferredUsername,
          email: jane.email?.address,
          emailVerified: jane.email?.verified,
          tenant: 'example.com',
        },
      },
    ]);
  });

  it.each([true, false])(
    'calls no login successful that the storage could not take; without consent: %s',
    async (skip) => {
      const { browser, log } = await startIssuer({
        protocol: { skipApproval: skip },
        storage: (driver) => ({
          ...{ get: driver.get, take: driver.take, scan: driver.scan, sweep: driver.sweep },
          async put(key, ...rest) {
            if (key[0] === 'authorization-code' || key[0] === 'pending-login') {
              throw new OstiaryError('storage/unavailable', 'The storage does not answer.');
            }
            return driver.put(key, ...rest);
          },
          [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
        }),
      });
      expect(await browser().logIn(request())).toMatchObject({ status: 503 });
      expect(log.lines.map(({ event }) => event)).not.toContain('login.successful');
    },
  );

  it('leads to a path that is registered as one, on whatever host the browser is, and spends the code with it', async () => {
    const path = '/oauth2/callback';
    const { browser } = await startIssuer({ clients: [{ ...app, redirectUris: [path] }] });
    const reply = await browser().logIn(request({ redirect_uri: path }));
    expect(reply).toMatchObject({ status: 303, location: expect.stringMatching(/^\/oauth2\/callback\?code=[^&]+&/u) });
    const code = answerOf(reply).get('code');
    expect(await browser().token({ ...redeem(code), redirect_uri: path })).toMatchObject({ status: 200 });
  });

  it('gives tokens that jose verifies through the published keys, with the claims of the scopes', async () => {
    const { browser, keys, clock } = await startIssuer();
    const code = answerOf(await browser().logIn(request())).get('code');
    const reply = await browser().token(redeem(code));
    expect(reply).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store', pragma: 'no-cache' } });
    expect(bodyOf(reply)).toMatchObject({ token_type: 'bearer', expires_in: 3600 });
    const jwks = createLocalJWKSet(JSON.parse(JSON.stringify(keys.publicKeys())));
    const { payload } = await jwtVerify(textOf(reply, 'id_token'), jwks, {
      issuer: issuerId,
      audience: 'app',
      currentDate: clock.now(),
    });
    expect(payload).toMatchObject({
      sub: 'CgN1LTESA2lkcA',
      nonce: 'client-nonce',
      name: 'Jane Doe',
      preferred_username: 'jane',
      email: 'jane@example.com',
      email_verified: true,
      groups: ['dev', 'ops'],
      auth_time: Math.floor(clock.now().getTime() / 1000),
    });
    expect(payload).not.toHaveProperty('azp');
  });

  it.each([
    ['openid', []],
    ['openid email', ['email', 'email_verified']],
    ['openid groups', ['groups']],
    ['openid profile', ['name', 'preferred_username']],
    ['openid federated:id', ['federated_claims']],
  ])('shows with scope %j the claims %j and no others', async (scope, names) => {
    const { browser } = await startIssuer();
    const code = answerOf(await browser().logIn(request({ scope }))).get('code');
    const claims = claimsOf(textOf(await browser().token(redeem(code)), 'id_token'));
    const personal = ['email', 'email_verified', 'groups', 'name', 'preferred_username', 'federated_claims'];
    expect(Object.keys(claims).filter((name) => personal.includes(name))).toEqual(names);
  });

  it('gives no refresh token unless offline_access was asked for', async () => {
    const { browser } = await startIssuer();
    const code = answerOf(await browser().logIn(request({ scope: 'openid' }))).get('code');
    expect(bodyOf(await browser().token(redeem(code)))).not.toHaveProperty('refresh_token');
  });

  it('gives no refresh token when the connector cannot renew a login', async () => {
    const { browser } = await startIssuer({ refresh: () => undefined });
    const code = answerOf(await browser().logIn(request())).get('code');
    expect(bodyOf(await browser().token(redeem(code)))).not.toHaveProperty('refresh_token');
  });

  it('gives no refresh token when this login cannot be renewed', async () => {
    const { browser, upstream } = await startIssuer();
    upstream.identity = { ...jane, renewable: false };
    const code = answerOf(await browser().logIn(request())).get('code');
    const reply = await browser().token(redeem(code));
    expect(reply).toMatchObject({ status: 200 });
    expect(bodyOf(reply)).not.toHaveProperty('refresh_token');
  });

  it('has no auth_time of the future, whatever the clock of the provider says', async () => {
    const { browser, upstream, clock } = await startIssuer();
    upstream.identity = { ...upstream.identity, authentication: { time: new Date(clock.now().getTime() + 5000) } };
    const code = answerOf(await browser().logIn(request())).get('code');
    const { auth_time: time, iat } = claimsOf(textOf(await browser().token(redeem(code)), 'id_token'));
    expect(time).toBe(iat);
  });

  it('never lets names out that begin with system:', async () => {
    const { browser, upstream } = await startIssuer();
    upstream.identity = { ...upstream.identity, groups: ['dev', 'system:masters'] };
    const code = answerOf(await browser().logIn(request())).get('code');
    expect(claimsOf(textOf(await browser().token(redeem(code)), 'id_token')).groups).toEqual(['dev']);
    upstream.identity = { ...upstream.identity, preferredUsername: 'system:admin' };
    expect(await browser().logIn(request())).toMatchObject({ status: 403, page: { problem: 'not_allowed' } });
  });
});

describe('codes', () => {
  it('are given to one of 50 parallel requests, and the replay takes back what was given', async () => {
    const { browser, storage } = await startIssuer();
    const code = answerOf(await browser().logIn(request())).get('code');
    const replies = await Promise.all(Array.from({ length: 50 }, () => browser().token(redeem(code))));
    const winners = replies.filter((reply) => reply.kind === 'document' && reply.status === 200);
    expect(winners).toHaveLength(1);
    // Those who lost the race had begun a family of refresh tokens, too.
    expect(await storage.scan({ prefix: ['refresh-family'], limit: 10 })).toMatchObject({ keys: [] });
    const [winner] = winners;
    if (winner === undefined) throw new Error('nobody won');
    const refreshed = await browser().token({
      grant_type: 'refresh_token',
      refresh_token: textOf(winner, 'refresh_token'),
      ...credentials,
    });
    expect(bodyOf(refreshed)).toMatchObject({ error: 'invalid_grant' });
    const headers = { authorization: `Bearer ${textOf(winner, 'access_token')}` };
    expect(await browser().send('/userinfo', { headers })).toMatchObject({ status: 401 });
  });

  it('are not spent by a wrong verifier or a wrong redirect_uri', async () => {
    const { browser } = await startIssuer();
    const code = answerOf(await browser().logIn(publicRequest())).get('code') ?? '';
    const good = {
      grant_type: 'authorization_code',
      code,
      client_id: 'cli',
      redirect_uri: 'http://127.0.0.1:18000/',
      code_verifier: verifier,
    };
    const wrongVerifier = await browser().token({ ...good, code_verifier: 'w'.repeat(43) });
    expect(bodyOf(wrongVerifier)).toMatchObject({ error: 'invalid_grant' });
    const { code_verifier: _, ...without } = good;
    expect(bodyOf(await browser().token(without))).toMatchObject({ error: 'invalid_grant' });
    const elsewhere = await browser().token({ ...good, redirect_uri: 'http://127.0.0.1:18001/' });
    expect(bodyOf(elsewhere)).toMatchObject({ error: 'invalid_grant' });
    expect(await browser().token(good)).toMatchObject({ status: 200 });
  });

  it('are refused to another client and after their time', async () => {
    const other = { ...app, id: 'other' };
    const { browser, clock } = await startIssuer({ clients: [app, other] });
    const code = answerOf(await browser().logIn(request())).get('code');
    const stolen = await browser().token({ ...redeem(code), client_id: 'other' });
    expect(bodyOf(stolen)).toMatchObject({ error: 'invalid_grant' });
    clock.advance(60);
    expect(bodyOf(await browser().token(redeem(code)))).toMatchObject({ error: 'invalid_grant' });
  });

  it('are not spent while nothing can be signed', async () => {
    const { browser, clock, keys } = await startIssuer({ lifetimes: { code: 600 } });
    const code = answerOf(await browser().logIn(request())).get('code');
    clock.advance(599);
    expect(await browser().token(redeem(code))).toMatchObject({ status: 503 });
    await keys.refresh();
    expect(await browser().token(redeem(code))).toMatchObject({ status: 200 });
  });

  it('are not spent while the connector could not be opened', async () => {
    let opened = true;
    const { browser } = await startIssuer({
      connectors: ({ get, list }) => ({
        list,
        get: (id) => (opened ? get(id) : undefined),
        isUnavailable: () => !opened,
      }),
    });
    const code = answerOf(await browser().logIn(request())).get('code');
    opened = false;
    expect(await browser().token(redeem(code))).toMatchObject({ status: 503 });
    opened = true;
    expect(await browser().token(redeem(code))).toMatchObject({ status: 200 });
  });

  it('are worth nothing once the client may not use the connector any more', async () => {
    const client: Client = { ...app, allowedConnectors: ['idp'] };
    const clients = [client];
    const { browser } = await startIssuer({ clients });
    const code = answerOf(await browser().logIn(request())).get('code');
    clients[0] = { ...app, allowedConnectors: ['ldap'] };
    const reply = await browser().token(redeem(code));
    expect(reply).toMatchObject({ status: 400 });
    expect(bodyOf(reply)).toMatchObject({ error: 'invalid_grant' });
  });

  it.each(['plain', undefined])('of PKCE with the method %s want the challenge itself', async (method) => {
    const { browser } = await startIssuer({ protocol: { pkceMethods: ['S256', 'plain'] } });
    const asked = { code_challenge: verifier, code_challenge_method: method };
    const code = answerOf(await browser().logIn(request(asked))).get('code');
    const wrong = await browser().token({ ...redeem(code), code_verifier: 'w'.repeat(43) });
    expect(bodyOf(wrong)).toMatchObject({ error: 'invalid_grant' });
    expect(await browser().token({ ...redeem(code), code_verifier: verifier })).toMatchObject({ status: 200 });
  });

  it('of a login without PKCE refuse a verifier (downgrade)', async () => {
    const { browser } = await startIssuer();
    const code = answerOf(await browser().logIn(request())).get('code');
    const reply = await browser().token({ ...redeem(code), code_verifier: verifier });
    expect(bodyOf(reply)).toMatchObject({ error: 'invalid_request' });
  });
});

describe('cross-client audience', () => {
  const api = { ...app, id: 'api', trustedPeers: ['app'] };

  it('names the peer and the client, and azp says who asked', async () => {
    const { browser } = await startIssuer({ clients: [app, api] });
    const scope = 'openid audience:server:client_id:api';
    const code = answerOf(await browser().logIn(request({ scope }))).get('code');
    const claims = claimsOf(textOf(await browser().token(redeem(code)), 'id_token'));
    expect(claims).toMatchObject({ aud: ['api', 'app'], azp: 'app' });
  });

  it('may name the client itself, and an empty name is nobody', async () => {
    const nameless = { ...api, id: '' };
    const { browser } = await startIssuer({ clients: [app, nameless] });
    const own = 'openid audience:server:client_id:app';
    const code = answerOf(await browser().logIn(request({ scope: own }))).get('code');
    expect(claimsOf(textOf(await browser().token(redeem(code)), 'id_token')).aud).toBe('app');
    const reply = await browser().authorize(request({ scope: 'openid audience:server:client_id:' }));
    expect(answerOf(reply).get('error')).toBe('invalid_scope');
  });

  it('is refused for a peer that does not trust the client', async () => {
    const { browser } = await startIssuer({ clients: [app, { ...api, trustedPeers: [] }] });
    const reply = await browser().authorize(request({ scope: 'openid audience:server:client_id:api' }));
    expect(answerOf(reply).get('error')).toBe('invalid_scope');
  });
});
