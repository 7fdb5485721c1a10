/** Clients that are for some people only, and that hear of some groups only (docs/adr/0027). */
import type { BeginLogin, RefreshAsk } from '@ostiary/connector-sdk';
import { describe, expect, it } from 'vitest';
import type { Client, Reply } from '../src/index.ts';
import { answerOf, locationOf } from './browser.ts';
import { accessToken, exchange, start as startExchange } from './exchanges.ts';
import {
  app,
  bodyOf,
  claimsOf,
  cli,
  type Harness,
  type HarnessOptions,
  jane,
  publicRequest,
  request,
  startIssuer,
} from './harness.ts';
import { clientNamed, outcomeOf, startWithSession } from './sessions.ts';
import { asApp, logIn, refresh, tokensOf } from './tokens.ts';

type Rules = Pick<Client, 'allowedEmails' | 'allowedGroups' | 'tokenGroups'>;

const start = (rules: Rules, more: HarnessOptions = {}): Promise<Harness> =>
  startIssuer({ clients: [{ ...app, ...rules }], ...more });

const tryToLogIn = ({ browser }: Harness, scope = 'openid groups'): Promise<Reply> =>
  browser().logIn(request({ scope }));

const isIn = async (harness: Harness, scope?: string): Promise<boolean> => {
  const reply = await tryToLogIn(harness, scope);
  if (reply.kind === 'redirect') return answerOf(reply).has('code');
  expect(reply).toMatchObject({ status: 403, page: { name: 'error', problem: 'not_allowed' } });
  return false;
};

describe('a client is for', () => {
  it.each([
    ['everybody, by default', {}, true],
    ['members of its groups', { allowedGroups: ['admins', 'ops'] }, true],
    ['nobody else', { allowedGroups: ['admins', 'op', 'ops2', 'OPS'] }, false],
    ['nobody', { allowedGroups: [] }, false],
    ['people by their address', { allowedEmails: ['Jane@Example.com'] }, true],
    ['nobody with another one', { allowedEmails: ['jane@example.com.evil.example'] }, false],
    ['either of them', { allowedGroups: ['admins'], allowedEmails: ['jane@example.com'] }, true],
  ])('%s', async (_whom, rules, expected) => {
    expect(await isIn(await start(rules))).toBe(expected);
  });

  it.each([
    ['jürgen@example.com', 'JÜRGEN@Example.COM', true],
    ['mike@example.com', 'mi\u212ae@example.com', false],
    ['ida@example.com', '\u0130da@example.com', false],
    ['strasse@example.com', 'straße@example.com', false],
    ['jane@example.com', 'jane+admin@example.com', false],
  ])('who has the address %s; with %s, somebody is let in: %s', async (allowed, address, expected) => {
    const harness = await start({ allowedEmails: [allowed] });
    harness.upstream.identity = { ...jane, email: { address, verified: true } };
    expect(await isIn(harness)).toBe(expected);
  });

  it('nobody by an address that is not verified, or not there', async () => {
    const harness = await start({ allowedEmails: ['jane@example.com'] });
    const { email: _none, ...nameless } = jane;
    for (const identity of [{ ...jane, email: { address: 'jane@example.com', verified: false } }, nameless]) {
      harness.upstream.identity = identity;
      expect(await isIn(harness)).toBe(false);
    }
  });

  it('people whom the log names, with the rule that refused them', async () => {
    const harness = await start({ allowedGroups: ['admins'] });
    await tryToLogIn(harness);
    const [line] = harness.log.lines.filter(({ event }) => event === 'request.refused');
    expect(line?.fields).toMatchObject({ code: 'login/not_allowed', detail: { rule: 'people', user: jane.userId } });
  });

  it('nobody else, which a program on their own machine is told: it waits for an answer', async () => {
    const harness = await startIssuer({ clients: [{ ...cli, allowedGroups: ['admins'] }] });
    const reply = await harness.browser().logIn(publicRequest({ scope: 'openid' }));
    expect(locationOf(reply)).toMatch(/^http:\/\/127\.0\.0\.1:18000\/\?error=access_denied&/);
    expect(answerOf(reply).get('error_description')).toBe('You may not use this application.');
    expect(answerOf(reply).get('state')).toBe('client-state');
  });

  it('members at a refresh as well: who is no member any more is refused, and may come back', async () => {
    const harness = await start({ allowedGroups: ['ops'] });
    const { refresh: token } = await logIn(harness);
    harness.upstream.identity = { ...jane, groups: ['dev'] };
    const refused = await refresh(harness, token);
    expect([refused.status, bodyOf(refused).error]).toEqual([400, 'invalid_grant']);
    harness.upstream.identity = jane;
    expect((await refresh(harness, token)).status).toBe(200);
  });

  it('members at a token exchange as well', async () => {
    const outcome = async (allowedGroups: readonly string[]) => {
      const harness = await startExchange({ clients: [{ ...app, allowedGroups }] });
      return (await exchange(harness, { requested_token_type: accessToken })).status;
    };
    expect([await outcome(['ops']), await outcome(['admins'])]).toEqual([200, 400]);
  });

  it('members where another client asks for its tokens', async () => {
    const cluster = (allowedGroups: readonly string[]) =>
      clientNamed('cluster', { trustedPeers: ['app'], allowedGroups });
    const scope = 'openid audience:server:client_id:cluster';
    expect(await isIn(await startIssuer({ clients: [app, cluster(['ops'])] }), scope)).toBe(true);
    expect(await isIn(await startIssuer({ clients: [app, cluster(['admins'])] }), scope)).toBe(false);
    expect(await isIn(await startIssuer({ clients: [app, cluster(['admins'])] }))).toBe(true);
  });
});

describe('a connector is asked for groups', () => {
  async function askedFor(clients: readonly Client[], scope: string): Promise<boolean | undefined> {
    const harness = await startIssuer({ clients });
    const asked: BeginLogin[] = [];
    const { connector } = harness;
    const idp = connector('idp');
    if (idp.via !== 'redirect') throw new Error('no redirect');
    const { begin } = idp.login;
    Object.assign(idp.login, {
      begin: (ask: BeginLogin) => {
        asked.push(ask);
        return begin(ask);
      },
    });
    await harness.browser().authorize(request({ scope }));
    return asked[0]?.scopes.groups;
  }

  it.each([
    ['when the client wants to hear of them', [app], 'openid groups', true],
    ['not otherwise', [app], 'openid', false],
    ['when the client is for members', [{ ...app, allowedGroups: ['ops'] }], 'openid', true],
    ['not when it is for addresses', [{ ...app, allowedEmails: ['a@example.com'] }], 'openid', false],
    ['when the client has rules about people', [{ ...app, userValidationRules: [] }], 'openid', true],
    ['when the client has claims of its own', [{ ...app, tokenClaims: {} }], 'openid', true],
    [
      'when one that is to accept the token is for members',
      [app, clientNamed('cluster', { trustedPeers: ['app'], allowedGroups: ['ops'] })],
      'openid audience:server:client_id:cluster',
      true,
    ],
  ])('%s', async (_when, clients, scope, expected) => {
    expect(await askedFor(clients, scope)).toBe(expected);
  });

  it('at a refresh of a client that is for members', async () => {
    const asked: RefreshAsk[] = [];
    const harness = await start(
      { allowedGroups: ['ops'] },
      {
        refresh: () => ({
          kind: 'upstream',
          exclusive: false,
          async refresh(ask) {
            asked.push(ask);
            return jane;
          },
        }),
      },
    );
    const { refresh: token } = await logIn(harness, { scope: 'openid offline_access' });
    expect((await refresh(harness, token)).status).toBe(200);
    expect(asked.map(({ scopes }) => scopes)).toEqual([{ offlineAccess: true, groups: true }]);
  });

  it('at a token exchange for an audience that is for members', async () => {
    const cluster = clientNamed('cluster', { trustedPeers: ['app'], allowedGroups: ['ops'] });
    const harness = await startExchange({ clients: [app, cluster] });
    for (const audience of [{ audience: 'cluster' }, {}]) await exchange(harness, { scope: 'openid', ...audience });
    expect(harness.asked.map(({ scopes }) => scopes.groups)).toEqual([true, false]);
  });

  it('of a membership that was enough without the scope, a token says nothing', async () => {
    const harness = await start({ allowedGroups: ['ops'] });
    const { id } = await logIn(harness, { scope: 'openid' });
    expect(claimsOf(id)).not.toHaveProperty('groups');
  });
});

describe('tokens name', () => {
  const groups = ['team-a', 'team-b', 'ops', 'system:masters'];

  it.each([
    ['all groups, by default', undefined, ['team-a', 'team-b', 'ops']],
    ['those of the client', ['ops', 'other'], ['ops']],
    ['those that begin as it says', ['team-*'], ['team-a', 'team-b']],
    ['all', ['*'], ['team-a', 'team-b', 'ops']],
    ['none', [], undefined],
    ['never what is reserved', ['system:masters', 'system:*'], undefined],
  ])('%s', async (_what, tokenGroups, expected) => {
    const harness = await start(tokenGroups === undefined ? {} : { tokenGroups });
    harness.upstream.identity = { ...jane, groups };
    const first = await logIn(harness);
    const renewed = tokensOf(await refresh(harness, first.refresh));
    for (const token of [first.id, first.access, renewed.id]) expect(claimsOf(token).groups).toEqual(expected);
    const { ext } = bodyOf(
      await harness.browser().send('/token/introspect', { form: { token: renewed.refresh, ...asApp } }),
    );
    expect(ext).toEqual(expect.objectContaining(expected === undefined ? {} : { groups: expected }));
    if (expected === undefined) expect(ext).not.toHaveProperty('groups');
  });

  it('what all of its audience may hear', async () => {
    const cluster = clientNamed('cluster', { trustedPeers: ['app'], tokenGroups: ['team-*'] });
    const harness = await startIssuer({ clients: [{ ...app, tokenGroups: ['team-a', 'ops'] }, cluster] });
    harness.upstream.identity = { ...jane, groups };
    const { id } = await logIn(harness, { scope: 'openid groups audience:server:client_id:cluster' });
    expect(claimsOf(id).groups).toEqual(['team-a']);
  });

  it('no fewer than are needed to be let in: the rule looks at all', async () => {
    const harness = await start({ allowedGroups: ['ops'], tokenGroups: ['team-*'] });
    harness.upstream.identity = { ...jane, groups };
    expect(claimsOf((await logIn(harness)).id).groups).toEqual(['team-a', 'team-b']);
  });
});

describe('a session of somebody whom a client is not for', () => {
  const clients = [clientNamed('app', { sharesLoginWith: ['*'] }), clientNamed('vault', { allowedGroups: ['admins'] })];
  const first = { redirect_uri: 'https://app.example.com/callback', scope: 'openid groups' };
  const asked = (more: Record<string, string> = {}) =>
    request({ client_id: 'vault', redirect_uri: 'https://vault.example.com/callback', scope: 'openid', ...more });

  it('is refused, with a way to come as somebody else', async () => {
    const { person } = await startWithSession({ clients }, first);
    const reply = await person.authorize(asked());
    expect(reply).toMatchObject({ status: 403, page: { problem: 'not_allowed' } });
    const url = reply.kind === 'page' && reply.page.name === 'error' ? (reply.page.retryUrl ?? '') : '';
    expect(outcomeOf(await person.send(url))).toBe('choose-connector');
  });

  it('is told to a program on their own machine', async () => {
    const { person } = await startWithSession(
      { clients: [clients[0] ?? app, { ...cli, allowedGroups: ['admins'] }] },
      first,
    );
    expect(outcomeOf(await person.authorize(publicRequest({ scope: 'openid' })))).toBe('access_denied');
  });

  it('is told to a client that may not ask', async () => {
    const { person } = await startWithSession({ clients }, first);
    const reply = await person.authorize(asked({ prompt: 'none' }));
    expect(locationOf(reply)).toMatch(/^https:\/\/vault\.example\.com\/callback\?error=access_denied&/);
  });
});
