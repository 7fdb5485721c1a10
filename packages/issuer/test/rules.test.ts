/** Rules of an operator about people and claims (docs/adr/0029), here as the functions that they become. */
import type { Json } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import type { Client, ConnectorEntry, GrantType, PersonRule, RuleFacts } from '../src/index.ts';
import { answerOf } from './browser.ts';
import { accessToken, exchange, start as startExchange } from './exchanges.ts';
import { app, bodyOf, claimsOf, type Harness, jane, request, startIssuer, textOf } from './harness.ts';
import { clientNamed, outcomeOf, requestOf, startWithSession } from './sessions.ts';
import { asApp, logIn, refresh, tokensOf, userinfo } from './tokens.ts';

const rule = (admits: PersonRule['admits'], message?: string): PersonRule => ({
  name: 'clients[0].rules[0]',
  ...(message === undefined ? {} : { message }),
  admits,
});
const isIn =
  (group: string) =>
  ({ identity }: RuleFacts): boolean =>
    identity.groups.includes(group);
const ruled = (...rules: readonly PersonRule[]): Partial<Client> => ({ userValidationRules: rules });

const start = (more: Partial<Client>, entry: Partial<ConnectorEntry> = {}): Promise<Harness> =>
  startIssuer({ clients: [{ ...app, ...more }], entries: [entry] });

const outcome = async ({ browser }: Harness): Promise<string> => outcomeOf(await browser().logIn(request()));

const refusals = ({ log }: Harness) => log.lines.filter(({ event }) => event === 'request.refused');

describe('people', () => {
  it('are let in when all rules say so', async () => {
    expect(await outcome(await start(ruled(rule(isIn('dev')), rule(isIn('ops')))))).toBe('code');
    expect(await outcome(await start(ruled(rule(isIn('dev')), rule(isIn('admins')))))).toBe('error');
  });

  it('read why not, and the log says by which rule', async () => {
    const harness = await start(ruled(rule(isIn('admins'), 'Only for administrators.')));
    expect(await harness.browser().logIn(request())).toMatchObject({
      status: 403,
      page: { problem: 'not_allowed', message: 'Only for administrators.' },
    });
    expect(refusals(harness)[0]?.fields).toMatchObject({
      code: 'login/not_allowed',
      detail: { rule: 'clients[0].rules[0]', user: jane.userId },
    });
  });

  it('are not let in by a rule that fails; its failure is for the log alone', async () => {
    const failing = rule(() => {
      throw new Error('no such key: department');
    });
    const harness = await start(ruled(failing));
    const reply = await harness.browser().logIn(request());
    expect(reply).toMatchObject({ status: 403, page: { problem: 'not_allowed' } });
    expect(JSON.stringify(reply)).not.toContain('department');
    expect(refusals(harness)[0]?.fields).toMatchObject({
      detail: { rule: 'clients[0].rules[0]', failure: 'no such key: department' },
      cause: expect.any(Error),
    });
    expect(refusals(harness)[0]?.level).toBe('warn');
  });

  it('are not let in by a promise, which code without types may answer', async () => {
    const later = Promise.resolve(false) as unknown as boolean;
    const harness = await start(ruled(rule(() => later)));
    expect(await outcome(harness)).toBe('error');
    expect(refusals(harness)[0]?.fields).toMatchObject({
      detail: { failure: 'comes to something else than true or false' },
    });
  });

  it('are asked about with what there is to know, and without what is not theirs to know', async () => {
    const seen: RuleFacts[] = [];
    const harness = await start(ruled(rule((facts) => seen.push(facts) > 0)));
    await logIn(harness, { scope: 'openid email' });
    expect(seen[0]).toMatchObject({
      identity: { userId: 'u-1', username: 'Jane Doe', email: { verified: true }, groups: ['dev', 'ops'] },
      ...{ clientId: 'app', connectorId: 'idp', scopes: ['openid', 'email'] },
    });
  });

  it('are asked about again at a refresh; a login that is refused may come back', async () => {
    const harness = await start(ruled(rule(isIn('ops'))));
    const { refresh: token } = await logIn(harness);
    harness.upstream.identity = { ...jane, groups: ['dev'] };
    expect(bodyOf(await refresh(harness, token))).toMatchObject({ error: 'invalid_grant' });
    harness.upstream.identity = jane;
    expect((await refresh(harness, token)).status).toBe(200);
  });

  it('are asked about at an exchange, and where a session answers', async () => {
    const exchanged = async (group: string) => {
      const harness = await startExchange({ clients: [{ ...app, ...ruled(rule(isIn(group))) }] });
      return (await exchange(harness, { requested_token_type: accessToken })).status;
    };
    expect([await exchanged('ops'), await exchanged('admins')]).toEqual([200, 400]);
    const other = clientNamed('other', ruled(rule(isIn('admins'))));
    const { person } = await startWithSession({ clients: [{ ...app, sharesLoginWith: ['*'] }, other] });
    expect(outcomeOf(await person.authorize(requestOf('other')))).toBe('error');
  });

  it('are asked about by all who are to accept the token', async () => {
    const scope = 'openid audience:server:client_id:cluster';
    const at = async (group: string) => {
      const cluster = clientNamed('cluster', { trustedPeers: ['app'], ...ruled(rule(isIn(group))) });
      const { browser } = await startIssuer({ clients: [app, cluster] });
      return outcomeOf(await browser().logIn(request({ scope })));
    };
    expect([await at('ops'), await at('admins')]).toEqual(['code', 'error']);
  });

  it('are asked about by the connector they come through, whichever client asks', async () => {
    expect(await outcome(await start({}, { userValidationRules: [rule(isIn('ops'))] }))).toBe('code');
    expect(await outcome(await start({}, { userValidationRules: [rule(isIn('admins'))] }))).toBe('error');
  });

  it('are what a client is asked about that acts for itself where another one accepts its token, not by its own', async () => {
    const grantTypes: readonly GrantType[] = ['authorization_code', 'client_credentials'];
    const never = ruled(rule(() => false));
    const cluster = (group: string) => clientNamed('cluster', { trustedPeers: ['app'], ...ruled(rule(isIn(group))) });
    const ask = async (group: string) => {
      const clients = [{ ...app, ...never, ownGroups: ['robots'] }, cluster(group)];
      const { browser } = await startIssuer({ clients, protocol: { grantTypes } });
      const scope = 'audience:server:client_id:cluster';
      return (await browser().token({ grant_type: 'client_credentials', scope, ...asApp })).status;
    };
    expect([await ask('robots'), await ask('people')]).toEqual([200, 400]);
  });
});

describe('a cluster that asks about a token', () => {
  /** It takes tokens of `app`, by whose rules alone they were issued. */
  async function ask(admits: PersonRule['admits'], scope = 'openid profile email groups', audiences = ['app']) {
    const tokenReview = { audiences, claimMappings: { username: { claim: 'sub', prefix: '' } } };
    const harness = await startIssuer({
      clients: [app, clientNamed('cluster', { trustedPeers: ['app'], tokenReview, ...ruled(rule(admits)) })],
    });
    const { id: token } = await logIn(harness, { scope });
    const headers = { authorization: `Basic ${Buffer.from('cluster:app-secret').toString('base64')}` };
    const json = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    const reply = await harness.browser().send('/token/review', { method: 'POST', headers, json });
    const line = harness.log.lines.find(({ event }) => event === 'token.reviewed');
    return { status: bodyOf(reply).status, line: line?.fields };
  }

  it('is answered by its own rules, as far as the token tells what they ask for', async () => {
    const seen: RuleFacts[] = [];
    expect((await ask((facts) => seen.push(facts) > 0)).status).toMatchObject({ authenticated: true });
    expect(seen[0]).toMatchObject({ clientId: 'app', connectorId: 'idp' });
    const { userId, username, email, groups } = jane;
    expect(seen[0]?.identity).toMatchObject({ userId, username, email, groups });
    expect(await ask(isIn('admins'))).toMatchObject({
      status: { authenticated: false },
      line: { reason: 'rule', rule: 'clients[0].rules[0]' },
    });
  });

  it.each([
    ['openid profile email groups', ['extra', 'tenant']],
    ['openid groups', ['username', 'preferredUsername', 'email', 'extra', 'tenant']],
    ['openid', ['username', 'preferredUsername', 'email', 'groups', 'extra', 'tenant']],
  ])('is told what the scopes %s have left out', async (scope, unknown) => {
    const seen: RuleFacts[] = [];
    await ask((facts) => seen.push(facts) > 0, scope);
    expect(seen[0]?.unknown).toEqual(unknown);
  });

  it('asks no rule again about a token that was issued for it as well: then all was known', async () => {
    const seen: RuleFacts[] = [];
    const scope = 'openid audience:server:client_id:cluster';
    expect((await ask((facts) => seen.push(facts) > 0, scope, ['cluster'])).status).toMatchObject({
      authenticated: true,
    });
    expect(seen.map(({ unknown }) => unknown)).toEqual([undefined, undefined]);
  });

  it('hears of nobody where a rule fails', async () => {
    const failing = (): boolean => {
      throw new Error('no such key');
    };
    expect(await ask(failing)).toMatchObject({
      status: { authenticated: false },
      line: { reason: 'rule', failure: 'no such key' },
    });
  });
});

describe('claims of a client', () => {
  const saying = (value: Json | undefined): Partial<Client> => ({ tokenClaims: { role: () => value } });

  it('are in both tokens without a scope, in userinfo and introspection, and follow the person', async () => {
    const tokenClaims = { role: ({ identity }: RuleFacts) => (identity.groups.includes('ops') ? 'Admin' : 'Viewer') };
    const harness = await start({ tokenClaims });
    const { id, access, refresh: token } = await logIn(harness, { scope: 'openid offline_access' });
    for (const one of [id, access]) expect(claimsOf(one)).toMatchObject({ role: 'Admin' });
    const headers = { authorization: `Bearer ${access}` };
    expect(await userinfo(harness, access)).toBe(200);
    expect(bodyOf(await harness.browser().send('/userinfo', { headers }))).toMatchObject({ role: 'Admin' });
    harness.upstream.identity = { ...jane, groups: [] };
    const renewed = tokensOf(await refresh(harness, token));
    expect(claimsOf(renewed.id)).toMatchObject({ role: 'Viewer' });
    const form = { token: renewed.refresh, ...asApp };
    const { ext } = bodyOf(await harness.browser().send('/token/introspect', { form }));
    expect(ext).toMatchObject({ role: 'Viewer' });
  });

  it.each([
    ['a text', 'Admin', 'Admin'],
    ['a number', 3, 3],
    ['false', false, false],
    ['an object', { team: ['a'], level: 1 }, { team: ['a'], level: 1 }],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
    ['an empty text', '', undefined],
    ['an empty list', [], undefined],
    ['a reserved name', 'system:admin', undefined],
    ['reserved names among others', ['a', 'system:masters'], ['a']],
    ['an object of reserved names', { user: 'system:admin', groups: ['system:masters'] }, undefined],
    ['reserved names inside', { k8s: { groups: ['system:masters'], user: 'system:x', ok: 'y' } }, { k8s: { ok: 'y' } }],
  ])('say %s', async (_what, value, expected) => {
    const { id } = await logIn(await start(saying(value)));
    expect(claimsOf(id).role).toEqual(expected);
  });

  it('cannot be what a scope allows', async () => {
    const { id } = await logIn(await start({ tokenClaims: { email: () => 'x@evil.example' } }), {
      scope: 'openid email',
    });
    expect(claimsOf(id)).toMatchObject({ email: 'jane@example.com' });
  });

  it('that cannot be worked out end the login, and say so in the log', async () => {
    const fails = () => {
      throw new Error('no such key');
    };
    const harness = await start({ tokenClaims: { role: fails } });
    expect(await outcome(harness)).toBe('error');
    expect(refusals(harness)[0]?.fields).toMatchObject({ detail: { rule: 'role of app', failure: 'no such key' } });
  });

  it('that cannot be worked out any more make a refresh token one that is not active', async () => {
    let isBroken = false;
    const role = (): string => {
      if (isBroken) throw new Error('no such key');
      return 'Admin';
    };
    const harness = await start({ tokenClaims: { role } });
    const form = { token: (await logIn(harness)).refresh, ...asApp };
    const ask = async () => bodyOf(await harness.browser().send('/token/introspect', { form }));
    expect(await ask()).toMatchObject({ active: true });
    isBroken = true;
    expect(await ask()).toEqual({ active: false });
  });

  it.each([
    ['of all who accept the token', { team: 'a' }, { role: 'Admin' }, { team: 'a', role: 'Admin' }],
    ['once, where they say the same', { role: ['x'] }, { role: ['x'] }, { role: ['x'] }],
    ['not at all, where they do not', { role: 'Admin' }, { role: 'Viewer' }, {}],
    ['nor where one says nothing', { role: 'Admin' }, { role: null }, {}],
  ])('are those %s', async (_whose, own, peers, expected) => {
    const claims = (said: Readonly<Record<string, Json | undefined>>): Partial<Client> => ({
      tokenClaims: Object.fromEntries(Object.entries(said).map(([name, value]) => [name, () => value])),
    });
    const peer = clientNamed('cluster', { trustedPeers: ['app'], ...claims(peers) });
    const { browser } = await startIssuer({ clients: [{ ...app, ...claims(own) }, peer] });
    const scope = 'openid audience:server:client_id:cluster';
    const code = answerOf(await browser().logIn(request({ scope }))).get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: request().redirect_uri ?? '', ...asApp };
    const { role, team } = claimsOf(textOf(await browser().token(form), 'id_token'));
    expect({ ...(role === undefined ? {} : { role }), ...(team === undefined ? {} : { team }) }).toEqual(expected);
  });
});
