/** Whom a session of the browser answers, and who has to log in (docs/adr/0025). */
import { Secret } from '@ostiary/primitives';
import { recordStore } from '@ostiary/storage-sdk';
import { describe, expect, it } from 'vitest';
import { revokeLogins } from '../src/index.ts';
import { browserSession } from '../src/records/browser-session.ts';
import { answerOf } from './browser.ts';
import {
  app,
  claimsOf,
  cli,
  type Harness,
  issuerId,
  jane,
  publicRequest,
  redirectUri,
  request,
  startIssuer,
} from './harness.ts';
import {
  betweenReadAndUse,
  clientNamed,
  outcomeOf,
  redeem,
  requestOf,
  scope,
  sessionCookie,
  startWithSession,
  storedSessions,
  typeCodeOfDevice,
} from './sessions.ts';

async function endAll(harness: Pick<Harness, 'storage'>): Promise<void> {
  const store = recordStore(harness.storage, browserSession);
  for (const id of (await storedSessions(harness)).keys()) await store.take(id);
}

const shared = { sharedByDefault: true };

describe('a session', () => {
  it('answers the client that people logged in for, without a word and without the provider', async () => {
    const { person, upstream, browser, log } = await startWithSession();
    const reply = await person.authorize(request({ scope, state: 'second' }));
    expect(outcomeOf(reply)).toBe('code');
    expect(answerOf(reply).get('state')).toBe('second');
    expect(answerOf(reply).get('iss')).toBe(issuerId);
    expect(upstream.asked).toMatchObject({ begin: 1, finish: 1 });
    const { id } = await redeem({ browser }, reply);
    expect(claimsOf(id)).toMatchObject({ groups: jane.groups, aud: 'app' });
    expect(log.lines.filter(({ event }) => event === 'session.used').map(({ fields }) => fields)).toEqual([
      { connector: 'idp', client: 'app', user: jane.userId },
    ]);
  });

  it('is no session for another browser, nor where the issuer has none', async () => {
    const { browser } = await startWithSession();
    expect(outcomeOf(await browser().authorize(request({ scope })))).toBe('provider');
    const without = await startIssuer();
    const person = without.browser();
    await person.logIn(request({ scope }));
    expect(person.cookies.size).toBe(0);
    expect(outcomeOf(await person.authorize(request({ scope })))).toBe('provider');
  });

  it.each([
    ['prompt=login', { prompt: 'login' }],
    ['prompt=select_account', { prompt: 'select_account' }],
    ['offline_access, when the login was not asked for it', { scope: `${scope} offline_access` }],
  ])('is not enough for %s', async (_what, asked) => {
    const { person, clock } = await startWithSession();
    clock.advance(300);
    expect(outcomeOf(await person.authorize(request({ scope, ...asked })))).toBe('provider');
  });

  it('is enough for a max_age that has not passed, and says when the login was', async () => {
    const { clock, browser, upstream } = await startIssuer({ sessions: {} });
    const person = browser();
    upstream.identity = { ...jane, authentication: { time: clock.now() } };
    const { id: first } = await redeem({ browser }, await person.logIn(request({ scope })));
    expect(outcomeOf(await person.authorize(request({ scope, max_age: '0' })))).toBe('provider');
    clock.advance(300);
    const reply = await person.authorize(request({ scope, max_age: '300' }));
    expect(outcomeOf(reply)).toBe('code');
    const { id } = await redeem({ browser }, reply);
    expect(claimsOf(id).auth_time).toBe(claimsOf(first).auth_time);
    expect(Number(claimsOf(id).iat) - Number(claimsOf(id).auth_time)).toBe(300);
    expect(outcomeOf(await person.authorize(request({ scope, max_age: '299' })))).toBe('provider');
  });

  it('is enough for a max_age after a login at our own form, which is seen', async () => {
    const { browser } = await startIssuer({ sessions: {} });
    const person = browser();
    const asked = request({ scope, connector_id: 'ldap' });
    const form = { login: 'jane', password: 'pass' };
    expect(outcomeOf(await person.send(answerUrl(await person.authorize(asked)), { form }))).toBe('code');
    expect(outcomeOf(await person.authorize({ ...asked, max_age: '300' }))).toBe('code');
  });

  it('is not enough for any max_age where the provider does not say when the login was', async () => {
    const { person } = await startWithSession();
    expect(outcomeOf(await person.authorize(request({ scope, max_age: '300' })))).toBe('provider');
    expect(outcomeOf(await person.authorize(request({ scope, max_age: '300', prompt: 'none' })))).toBe(
      'login_required',
    );
  });

  it('answers who is expected, and nobody for somebody else', async () => {
    const { person, browser, login, upstream } = await startWithSession();
    const { id } = await redeem({ browser }, login);
    expect(outcomeOf(await person.authorize(request({ scope, id_token_hint: id })))).toBe('code');
    upstream.identity = { ...jane, userId: 'u-2' };
    const { id: other } = await redeem({ browser }, await browser().logIn(request({ scope })));
    expect(outcomeOf(await person.authorize(request({ scope, id_token_hint: other })))).toBe('provider');
    const silent = await person.authorize(request({ scope, id_token_hint: other, prompt: 'none' }));
    expect(outcomeOf(silent)).toBe('login_required');
  });

  it('has no groups to give when the login was not asked for them', async () => {
    const { person } = await startWithSession({}, { scope: 'openid' });
    expect(outcomeOf(await person.authorize(request({ scope: 'openid email' })))).toBe('code');
    expect(outcomeOf(await person.authorize(request({ scope: 'openid groups' })))).toBe('provider');
  });

  it('gives refresh tokens, unless the provider renews a login only for one of them', async () => {
    const offline = { scope: `${scope} offline_access` };
    const shared = await startWithSession({}, offline);
    const tokens = await redeem(shared, await shared.person.authorize(request(offline)));
    expect(tokens.refresh).toMatch(/\S{20}/);
    const single = await startWithSession(
      { refresh: ({ refreshed }) => ({ kind: 'upstream', exclusive: true, refresh: refreshed }) },
      offline,
    );
    expect(outcomeOf(await single.person.authorize(request(offline)))).toBe('provider');
    expect(outcomeOf(await single.person.authorize(request({ scope })))).toBe('code');
  });

  it('is not used with a connector that the client may not use, or not any more', async () => {
    const { person } = await startWithSession(
      {
        clients: [clientNamed('app', { sharesLoginWith: ['*'] }), clientNamed('wiki', { allowedConnectors: ['ldap'] })],
      },
      { redirect_uri: 'https://app.example.com/callback' },
    );
    expect(outcomeOf(await person.authorize(requestOf('wiki', { connector_id: undefined })))).toBe('/dex/auth/ldap');
    expect((await person.authorize(requestOf('wiki', { connector_id: 'idp' }))).status).toBe(403);
  });

  it('answers nobody at another connector', async () => {
    const { person } = await startWithSession();
    expect(outcomeOf(await person.authorize(request({ scope, connector_id: 'ldap' })))).toBe('/dex/auth/ldap/login');
  });

  it('ends when an operator has ended the login', async () => {
    const { person, clock, storage } = await startWithSession();
    await revokeLogins({ target: 'group', value: 'ops' }, { storage, now: clock.now });
    clock.advance(2);
    expect(outcomeOf(await person.authorize(request({ scope, prompt: 'none' })))).toBe('login_required');
    expect(await storedSessions({ storage })).toEqual(new Map());
    expect(outcomeOf(await person.logIn(request({ scope })))).toBe('code');
    expect(outcomeOf(await person.authorize(request({ scope, prompt: 'none' })))).toBe('code');
  });

  it('ends when an operator has ended the logins of the client that shares it', async () => {
    const clients = [{ ...app, sharesLoginWith: ['*'] }, clientNamed('wiki')];
    const started = await startWithSession({ clients });
    const { person, clock, storage } = started;
    clock.advance(10);
    await revokeLogins({ target: 'client', value: 'app' }, { storage, now: clock.now });
    clock.advance(2);
    expect(outcomeOf(await person.authorize(requestOf('wiki', { prompt: 'none' })))).toBe('login_required');
    expect(await storedSessions(started)).toEqual(new Map());
  });

  it('is answered through the door of policy', async () => {
    const { person, storage } = await startWithSession();
    const store = recordStore(storage, browserSession);
    for (const [id, value] of await storedSessions({ storage })) {
      await store.put(id, { ...value, identity: { ...value.identity, username: 'system:admin' } });
    }
    const reply = await person.authorize(request({ scope }));
    expect(reply).toMatchObject({ status: 403, page: { name: 'error', problem: 'not_allowed' } });
  });

  it('that a device may not have gives way to who comes as somebody else', async () => {
    const harness = await startWithSession({ clients: [app, { ...cli, allowedGroups: ['admins'] }], sessions: shared });
    const { person } = harness;
    const { reply } = await typeCodeOfDevice(person, harness);
    expect(reply).toMatchObject({ status: 403, page: { problem: 'not_allowed' } });
    const retryUrl = reply.kind === 'page' && reply.page.name === 'error' ? reply.page.retryUrl : undefined;
    const choice = await person.send(retryUrl ?? '/');
    const connectors = choice.kind === 'page' && choice.page.name === 'choose-connector' ? choice.page.connectors : [];
    const ways = await Promise.all(connectors.map(({ url }) => person.send(url)));
    expect(ways.map(outcomeOf)).toEqual(['provider', '/dex/auth/ldap/login']);
  });

  it.each([
    ['was ended', async (harness: Harness) => void (await endAll(harness))],
    [
      'belongs to another login now',
      async (harness: Harness) => {
        for (const [id, value] of await storedSessions(harness)) {
          await recordStore(harness.storage, browserSession).put(id, { ...value, secret: 'of another login' });
        }
      },
    ],
  ])('is no answer when it %s in between', async (_what, meanwhile) => {
    const hook = betweenReadAndUse();
    const started = await startWithSession({ storage: hook.storage });
    started.clock.advance(120); // So that its use is written.
    hook.meanwhile = () => meanwhile(started);
    expect(outcomeOf(await started.person.authorize(request({ scope })))).toBe('provider');
    expect(hook.meanwhile).toBeUndefined();
  });

  it('knows all the clients that it answered', async () => {
    const { person, storage, clock } = await startWithSession({
      clients: [{ ...app, sharesLoginWith: ['*'] }, clientNamed('wiki')],
    });
    const now = clock.now().getTime() / 1000;
    clock.advance(120);
    await person.authorize(requestOf('wiki'));
    await person.authorize(requestOf('wiki'));
    const [session] = (await storedSessions({ storage })).values();
    expect(session?.clients).toEqual([
      { id: 'app', since: now, direct: true },
      { id: 'wiki', since: now + 120, direct: false },
    ]);
  });

  it('answers fifty tabs at once', async () => {
    const { person } = await startWithSession();
    const replies = await Promise.all(Array.from({ length: 50 }, () => person.authorize(request({ scope }))));
    expect(new Set(replies.map(outcomeOf))).toEqual(new Set(['code']));
    expect(new Set(replies.map((reply) => answerOf(reply).get('code'))).size).toBe(50);
  });
});

describe('prompt=none', () => {
  it('is answered by a session, through the choice of connectors as well', async () => {
    const { person, upstream } = await startWithSession();
    expect(outcomeOf(await person.authorize(request({ scope, prompt: 'none' })))).toBe('code');
    const choice = await person.authorize(request({ scope, prompt: 'none', connector_id: undefined }));
    expect(outcomeOf(choice)).toBe('/dex/auth/idp');
    expect(outcomeOf(await person.send(answerUrl(choice)))).toBe('code');
    expect(upstream.asked.begin).toBe(1);
  });

  it.each([undefined, 'idp', 'ldap'])('without one nobody is asked: connector %s', async (connector_id) => {
    const { browser } = await startIssuer({ sessions: {} });
    const reply = await browser().authorize(request({ scope, prompt: 'none', connector_id }));
    expect(outcomeOf(reply)).toBe('login_required');
  });

  it('is no answer where the person would have to agree first', async () => {
    const { person } = await startWithSession({ protocol: { skipApproval: false } });
    expect(outcomeOf(await person.authorize(request({ scope, prompt: 'none' })))).toBe('interaction_required');
  });
});

const answerUrl = (reply: Parameters<typeof outcomeOf>[0]): string => {
  if (reply.kind !== 'redirect') throw new Error('no redirect');
  return reply.location;
};

describe('a login is shared', () => {
  const clients = (more: Partial<Parameters<typeof clientNamed>[1]>) => [
    { ...app, ...more },
    clientNamed('wiki', { sharesLoginWith: ['chat'] }),
    clientNamed('chat'),
  ];

  it.each([
    ['with nobody, by default', {}, false, 'provider'],
    ['with all, when the issuer says so', {}, true, 'code'],
    ['with nobody, when the client says so', { sharesLoginWith: [] }, true, 'provider'],
    ['with whom it names', { sharesLoginWith: ['wiki'] }, false, 'code'],
    ['with all', { sharesLoginWith: ['*'] }, false, 'code'],
    ['with others, not with this one', { sharesLoginWith: ['chat'] }, true, 'provider'],
  ])('%s', async (_what, more, sharedByDefault, outcome) => {
    const { person } = await startWithSession({ clients: clients(more), sessions: { sharedByDefault } });
    expect(outcomeOf(await person.authorize(requestOf('wiki')))).toBe(outcome);
  });

  it('by who made it, and not handed on from one to the next', async () => {
    const { person } = await startWithSession({ clients: clients({ sharesLoginWith: ['wiki'] }) });
    expect(outcomeOf(await person.authorize(requestOf('wiki')))).toBe('code');
    expect(outcomeOf(await person.authorize(requestOf('chat')))).toBe('provider');
    await person.logIn(requestOf('wiki', { prompt: 'login' }));
    expect(outcomeOf(await person.authorize(requestOf('chat')))).toBe('code');
  });

  it('as long as it still is: a client that took it over once has no right to it', async () => {
    const known = [{ ...app, sharesLoginWith: ['wiki'] }, clientNamed('wiki')];
    const { person } = await startWithSession({ clients: known });
    expect(outcomeOf(await person.authorize(requestOf('wiki')))).toBe('code');
    known[0] = { ...app, sharesLoginWith: [] };
    expect(outcomeOf(await person.authorize(requestOf('wiki')))).toBe('provider');
  });

  it('by no client that is gone', async () => {
    const known = [app, clientNamed('wiki')];
    const { person } = await startWithSession({ clients: known, sessions: { sharedByDefault: true } });
    known.shift();
    expect(outcomeOf(await person.authorize(requestOf('wiki')))).toBe('provider');
  });
});

describe('the choice of connectors', () => {
  const anywhere = { scope, connector_id: undefined };

  it('is the one that the client has made, session or not', async () => {
    const { person } = await startWithSession();
    const { connector_id: _left, ...asked } = request({ scope });
    const query = new URLSearchParams({ ...asked, connector_id: 'ldap' });
    expect(outcomeOf(await person.send(`/auth?${query}`))).toBe('/dex/auth/ldap');
  });

  it('is made already where a session answers', async () => {
    const { person } = await startWithSession();
    expect(outcomeOf(await person.authorize(request(anywhere)))).toBe('/dex/auth/idp');
  });

  it.each([
    ['nobody has logged in', false, {}, {}],
    ['the person wants to choose', true, {}, { prompt: 'select_account' }],
    ['another login is wanted', true, {}, { prompt: 'login' }],
    ['it is always to be shown', true, { protocol: { alwaysShowLogin: true } }, {}],
    ['the login is not shared', true, {}, requestOf('wiki', anywhere)],
  ])('is shown where %s', async (_when, isLoggedIn, options, asked) => {
    const { person, browser } = await startWithSession({ clients: [app, clientNamed('wiki')], ...options });
    const reply = await (isLoggedIn ? person : browser()).authorize(
      request({ ...anywhere, ...asked, connector_id: undefined }),
    );
    expect(outcomeOf(reply)).toBe('choose-connector');
  });
});

describe('consent', () => {
  const asked = { protocol: { skipApproval: false } };

  async function agree(
    { person }: Pick<Awaited<ReturnType<typeof startWithSession>>, 'person'>,
    reply: Parameters<typeof outcomeOf>[0],
  ): Promise<string> {
    const page = await person.send(answerUrl(reply));
    if (page.kind !== 'page' || page.page.name !== 'approval') return outcomeOf(page);
    return outcomeOf(await person.send('/approval', { form: { req: page.page.req, approval: 'approve' } }));
  }

  it('is remembered for a client with a secret, as far as it went', async () => {
    const started = await startWithSession(asked, { scope: 'openid groups email' });
    const { person } = started;
    expect(await agree(started, started.login)).toBe('code');
    expect(outcomeOf(await person.authorize(request({ scope })))).toBe('code');
    const more = await person.authorize(request({ scope: `${scope} profile` }));
    expect(outcomeOf(more)).toBe('/dex/approval');
    expect(await agree(started, more)).toBe('code');
    expect(outcomeOf(await person.authorize(request({ scope, prompt: 'consent' })))).toBe('/dex/approval');
  });

  it('that was given once is not asked for by a new login', async () => {
    const started = await startWithSession(asked);
    expect(await agree(started, started.login)).toBe('code');
    expect(outcomeOf(await started.person.logIn(request({ scope, prompt: 'login' })))).toBe('code');
  });

  it('is not remembered when it was refused', async () => {
    const { person, login } = await startWithSession(asked);
    const page = await person.send(answerUrl(login));
    const req = page.kind === 'page' && page.page.name === 'approval' ? page.page.req : '';
    await person.send('/approval', { form: { req, approval: 'rejected' } });
    expect(outcomeOf(await person.authorize(request({ scope })))).toBe('/dex/approval');
  });

  it('is asked for again in the name of a public client, which anybody can use', async () => {
    const harness = await startIssuer({ sessions: {}, ...asked });
    const person = harness.browser();
    expect(await agree({ person }, await person.logIn(publicRequest({ scope })))).toBe('code');
    expect(outcomeOf(await person.authorize(publicRequest({ scope })))).toBe('/dex/approval');
  });

  it('is asked for again in the name of a client that has no secret any more', async () => {
    const client = { ...app };
    const started = await startWithSession({ ...asked, clients: [client] });
    expect(await agree(started, started.login)).toBe('code');
    Object.assign(client, { public: true, secrets: [] });
    const reply = await started.person.authorize(publicRequest({ client_id: 'app', redirect_uri: redirectUri, scope }));
    expect(outcomeOf(reply)).toBe('/dex/approval');
  });

  it('is asked for a device that finds somebody logged in', async () => {
    const harness = await startIssuer({ sessions: { sharedByDefault: true }, clients: [app, cli] });
    const person = harness.browser();
    await person.logIn(request({ scope }));
    const { userCode, reply } = await typeCodeOfDevice(person, harness);
    const approval = await person.send(answerUrl(reply));
    expect(approval).toMatchObject({ page: { name: 'approval', userCode, userName: 'Jane Doe' } });
  });
});

describe('a connector that knows at every request who is there', () => {
  it('leaves no session behind, and ends that of somebody else', async () => {
    const { person, upstream, connector, storage } = await startWithSession();
    Object.assign(connector('ldap'), { knowsAtEveryRequest: true });
    upstream.identity = { ...jane, userId: 'u-2', connectorData: new Secret('x') };
    const form = await person.authorize(request({ scope, connector_id: 'ldap', prompt: 'login' }));
    const reply = await person.send(answerUrl(form), { form: { login: 'jane', password: 'pass' } });
    expect(outcomeOf(reply)).toBe('code');
    expect(sessionCookie(reply)).toBeUndefined();
    expect(await storedSessions({ storage })).toEqual(new Map());
    expect(outcomeOf(await person.authorize(request({ scope, prompt: 'none' })))).toBe('login_required');
  });
});
