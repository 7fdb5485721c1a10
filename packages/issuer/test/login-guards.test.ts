/** What a login has to keep to, although everything was right when it began. */
import { createHash } from 'node:crypto';
import type { BeginLogin, Connector, FinishLogin } from '@ostiary/connector-sdk';
import { describe, expect, it } from 'vitest';
import type { Client, Reply } from '../src/index.ts';
import { answerOf, locationOf } from './browser.ts';
import {
  app,
  bodyOf,
  claimsOf,
  cli,
  type Harness,
  jane,
  publicRequest,
  redirectUri,
  request,
  startIssuer,
  textOf,
} from './harness.ts';

/** Text in which nothing stands twice, and the same at every run. */
function unrepeated(length: number): string {
  const parts = Array.from({ length: Math.ceil(length / 43) }, (_none, index) =>
    createHash('sha256').update(String(index)).digest('base64url'),
  );
  return parts.join('').slice(0, length);
}

const credentials = { client_id: 'app', client_secret: 'app-secret' };

function redeem(harness: Harness, code: string | null): Promise<Reply> {
  const form = { grant_type: 'authorization_code', code: code ?? '', redirect_uri: redirectUri, ...credentials };
  return harness.browser().token(form);
}

/** A connector that notes what it is asked. */
function noting(): { readonly connector: Connector; readonly begun: BeginLogin[]; readonly finished: FinishLogin[] } {
  const begun: BeginLogin[] = [];
  const finished: FinishLogin[] = [];
  const connector: Connector = {
    via: 'redirect',
    login: {
      async begin(ask) {
        begun.push(ask);
        return { kind: 'redirect', url: `https://idp.example.com/?state=${ask.state}`, keep: null };
      },
      async finish(answer) {
        finished.push(answer);
        return jane;
      },
    },
  };
  return { connector, begun, finished };
}

describe('while somebody logs in', () => {
  it.each([
    ['is removed', [cli]],
    ['may no longer use the connector', [{ ...app, allowedConnectors: ['ldap'] }, cli]],
  ])('a client that %s gets nothing', async (_what, later) => {
    const clients: Client[] = [app, cli];
    const harness = await startIssuer({ clients });
    const browser = harness.browser();
    const state = new URL(locationOf(await browser.authorize(request()))).searchParams.get('state') ?? '';
    clients.splice(0, clients.length, ...later);
    const reply = await browser.send(`/callback/idp?${new URLSearchParams({ state, code: 'c' })}`);
    expect(reply).toMatchObject({ kind: 'page', page: { name: 'error' } });
    expect([400, 403]).toContain(reply.status);
    expect(harness.upstream.asked.finish).toBe(0);
  });

  it.each(['approve', 'rejected'])(
    'an address that the client has given up gets no answer: at the provider, at the consent page (%s)',
    async (approval) => {
      const clients: Client[] = [app, cli];
      const harness = await startIssuer({ clients, protocol: { skipApproval: false } });
      const [early, late] = [harness.browser(), harness.browser()];
      const state = new URL(locationOf(await early.authorize(request()))).searchParams.get('state') ?? '';
      const req = new URL(locationOf(await late.logIn(request())), 'https://x').searchParams.get('req') ?? '';
      clients.splice(0, 1, { ...app, redirectUris: ['https://new.example/cb'] });
      for (const reply of [
        await early.send(`/callback/idp?${new URLSearchParams({ state, code: 'c' })}`),
        await late.send('/approval', { form: { req, approval } }),
      ]) {
        expect(reply).toMatchObject({ kind: 'page', page: { problem: 'login_expired' } });
      }
    },
  );

  it.each([
    ['that repeats itself', (length: number) => 's'.repeat(length), 7000],
    ['that does not', (length: number) => unrepeated(length), 1000],
  ])(
    'no request is too large for a cookie only after the password was typed: a state %s',
    async (_what, state, least) => {
      const harness = await startIssuer({ protocol: { skipApproval: false } });
      const form = { login: 'jane', password: 'pass' };
      let [fits, tooLarge] = [0, 9000];
      while (tooLarge - fits > 1) {
        const length = Math.floor((fits + tooLarge) / 2);
        const browser = harness.browser();
        const begun = await browser.authorize(request({ connector_id: 'ldap', state: state(length) }));
        if (answerOf(begun).has('error')) tooLarge = length;
        else {
          fits = length;
          expect(locationOf(await browser.send(locationOf(begun), { form }))).toMatch(/^\/dex\/approval/);
        }
      }
      expect(fits).toBeGreaterThan(least);
      expect(fits).toBeLessThan(8000);
    },
  );

  // The address is that of a dashboard, as oauth2-proxy writes it into its state.
  it.each(['', 'approve'])('the long address of a page comes back as it was sent (%s)', async (approval) => {
    const harness = await startIssuer({ protocol: { skipApproval: approval === '' } });
    const panes = encodeURIComponent(
      '{"x":{"queries":[{"refId":"A","expr":"sum(rate(requests_total[5m])) by (code)"}]}}',
    );
    const state = `${unrepeated(43)}:${encodeURIComponent(`/explore?${`panes=${panes}&orgId=1&`.repeat(20)}`)}`;
    expect(state.length).toBeGreaterThan(4000);
    const browser = harness.browser();
    const back = await browser.logIn(request({ state }));
    const req = approval === '' ? '' : (new URL(locationOf(back), 'https://x').searchParams.get('req') ?? '');
    const last = approval === '' ? back : await browser.send('/approval', { form: { req, approval } });
    expect(answerOf(last).get('state')).toBe(state);
    expect(answerOf(last).has('code')).toBe(true);
  });

  it('a client that may no longer use the connector gets nothing for an approval', async () => {
    const clients: Client[] = [app, cli];
    const harness = await startIssuer({ clients, protocol: { skipApproval: false } });
    const browser = harness.browser();
    const req = new URL(locationOf(await browser.logIn(request())), 'https://x').searchParams.get('req') ?? '';
    clients.splice(0, 1, { ...app, allowedConnectors: ['ldap'] });
    const reply = await browser.send('/approval', { form: { req, approval: 'approve' } });
    expect(reply).toMatchObject({ kind: 'page', status: 403 });
  });

  it('an audience that is taken away gets no token for an approval that was given', async () => {
    const peer: Client = { ...cli, id: 'cluster', trustedPeers: ['app'] };
    const clients: Client[] = [app, peer];
    const harness = await startIssuer({ clients, protocol: { skipApproval: false } });
    const browser = harness.browser();
    const scope = 'openid audience:server:client_id:cluster';
    const req = new URL(locationOf(await browser.logIn(request({ scope }))), 'https://x').searchParams.get('req') ?? '';
    clients.splice(1, 1, { ...peer, trustedPeers: [] });
    const reply = await browser.send('/approval', { form: { req, approval: 'approve' } });
    expect(reply).toMatchObject({ kind: 'page', status: 403 });
  });

  it('the form of one connector is not taken for that of another', async () => {
    const harness = await startIssuer();
    const browser = harness.browser();
    const form = locationOf(await browser.authorize(request({ connector_id: 'ldap' })));
    const elsewhere = form.replace('/auth/ldap/', '/auth/idp/');
    const reply = await browser.send(elsewhere, { form: { login: 'jane', password: 'pass' } });
    expect(answerOf(reply).get('error')).toBe('invalid_request');
    expect(answerOf(reply).has('code')).toBe(false);
  });
});

describe('somebody who comes back', () => {
  it('must be who the client meant with id_token_hint', async () => {
    const harness = await startIssuer();
    const code = answerOf(await harness.browser().logIn(request())).get('code');
    const hint = textOf(await redeem(harness, code), 'id_token');
    harness.clock.advance(7200); // An old hint still says who is meant.
    const same = await harness.browser().logIn(request({ id_token_hint: hint }));
    expect(answerOf(same).get('code')).not.toBeNull();
    harness.upstream.identity = { ...jane, userId: 'u-2' };
    const other = answerOf(await harness.browser().logIn(request({ id_token_hint: hint })));
    expect([other.get('error'), other.get('code')]).toEqual(['login_required', null]);
  });

  it('must still be, on the way of "back" and of "try again"', async () => {
    const harness = await startIssuer();
    const code = answerOf(await harness.browser().logIn(request())).get('code');
    const hint = textOf(await redeem(harness, code), 'id_token');
    const browser = harness.browser();
    const form = locationOf(await browser.authorize(request({ connector_id: 'ldap', id_token_hint: hint })));
    const shown = await browser.send(form);
    if (shown.kind !== 'page' || shown.page.name !== 'password') throw new Error('no form');
    const state = new URL(locationOf(await browser.authorize(request({ id_token_hint: hint })))).searchParams.get(
      'state',
    );
    const failed = await browser.send(`/callback?${new URLSearchParams({ state: state ?? '' })}`);
    if (failed.kind !== 'page' || failed.page.name !== 'error') throw new Error('no error');
    for (const link of [shown.page.backUrl, failed.page.retryUrl]) {
      const again = new URL(link ?? '', 'https://login.example.com').searchParams;
      const asked = { ...Object.fromEntries(again), connector_id: 'idp' };
      harness.upstream.identity = { ...jane, userId: 'u-2' };
      expect(answerOf(await harness.browser().logIn(asked)).get('error')).toBe('login_required');
      harness.upstream.identity = jane;
      expect(answerOf(await harness.browser().logIn(asked)).get('code')).not.toBeNull();
    }
    const forged = await harness.browser().authorize(request({ expected_subject: 'u-2' }));
    expect(answerOf(forged).get('error')).toBe('invalid_request');
  });

  // Of 10 seconds, clocks may differ.
  it.each([
    [{ max_age: '1000' }, { age: 1010, takes: 0 }, 'code'],
    [{ max_age: '1000' }, { age: 1011, takes: 0 }, 'login_required'],
    [{ max_age: '1000' }, { age: 911, takes: 100 }, 'login_required'],
    [{ max_age: '0' }, { age: 10, takes: 0 }, 'code'],
    [{ max_age: '0' }, { age: 11, takes: 0 }, 'login_required'],
    [{ max_age: '0' }, { age: -1, takes: 500 }, 'code'], // a second factor took the rest
    [{ prompt: 'login' }, { age: -1, takes: 500 }, 'code'],
    [{ prompt: 'login' }, { age: 11, takes: 0 }, 'login_required'],
    [{ prompt: 'login', max_age: '1000' }, { age: 11, takes: 0 }, 'login_required'],
    [{}, { age: 100_000, takes: 500 }, 'code'],
  ])('for %j with a login %j seconds before: %s', async (asked, { age, takes }, outcome) => {
    const harness = await startIssuer();
    const time = new Date(harness.clock.now().getTime() - age * 1000);
    harness.upstream.identity = { ...jane, authentication: { time } };
    const browser = harness.browser();
    const state = new URL(locationOf(await browser.authorize(request(asked)))).searchParams.get('state') ?? '';
    harness.clock.advance(takes);
    const answer = answerOf(await browser.send(`/callback/idp?${new URLSearchParams({ state, code: 'c' })}`));
    expect(answer.get('error') ?? (answer.has('code') ? 'code' : 'nothing')).toBe(outcome);
  });

  it.each([
    ['idp', { max_age: '100000' }, 'login_required'],
    ['idp', { prompt: 'login' }, 'now'],
    ['idp', { prompt: 'login', max_age: '0' }, 'login_required'],
    ['idp', {}, 'now'],
    ['ldap', { max_age: '0' }, 'now'],
    ['ldap', { prompt: 'login' }, 'now'],
  ])('by %s, which says no time, with %j: %s', async (id, asked, outcome) => {
    const harness = await startIssuer();
    const browser = harness.browser();
    const step = locationOf(await browser.authorize(request({ ...asked, connector_id: id })));
    const state = new URL(step, 'https://x').searchParams.get('state') ?? '';
    const reply = await (id === 'ldap'
      ? browser.send(step, { form: { login: 'jane', password: 'pass' } })
      : browser.send(`/callback/idp?${new URLSearchParams({ state, code: 'c' })}`));
    const now = Math.floor(harness.clock.now().getTime() / 1000);
    const told = async (code: string) => claimsOf(textOf(await redeem(harness, code), 'id_token')).auth_time;
    const code = answerOf(reply).get('code');
    expect(code === null ? answerOf(reply).get('error') : await told(code)).toBe(outcome === 'now' ? now : outcome);
  });

  it('without an id is nobody', async () => {
    const harness = await startIssuer();
    harness.upstream.identity = { ...jane, userId: '' };
    expect(await harness.browser().logIn(request())).toMatchObject({ kind: 'page', status: 502 });
  });
});

describe('a connector', () => {
  it.each([
    [{ prompt: 'login' }, true],
    [{ max_age: '0' }, true],
    [{ max_age: '60' }, true],
    [{ prompt: 'consent' }, undefined],
    [{}, undefined],
  ])('is told by %j whether a new login is wanted: %s', async (parameters, forceLogin) => {
    const { connector, begun } = noting();
    const harness = await startIssuer({ entries: [{ connector }] });
    await harness.browser().authorize(request({ ...parameters, login_hint: 'jane' }));
    expect(begun).toMatchObject([{ loginHint: 'jane' }]);
    expect(begun[0]?.forceLogin).toBe(forceLogin);
  });

  it('is told nothing of a choice of accounts, so discovery does not promise one', async () => {
    const { connector, begun } = noting();
    const harness = await startIssuer({ entries: [{ connector }] });
    await harness.browser().authorize(request({ prompt: 'select_account' }));
    expect(Object.keys(begun[0] ?? {}).sort()).toEqual(['callbackUrl', 'scopes', 'state']);
    const document = bodyOf(await harness.browser().send('/.well-known/openid-configuration'));
    expect(document.prompt_values_supported).toEqual(['none', 'login', 'consent']);
  });

  it('gets what its provider posted, without our own mark on it', async () => {
    const { connector, begun, finished } = noting();
    const harness = await startIssuer({ entries: [{ connector }] });
    const browser = harness.browser();
    await browser.authorize(request());
    const form = { state: begun[0]?.state ?? '', code: 'c', ostiary_bounced: '1' };
    await browser.send('/callback/idp', { form });
    expect(Object.fromEntries(finished[0]?.params ?? [])).toEqual({ state: form.state, code: 'c' });
  });
});

describe('an authorization request', () => {
  it.each([
    { scope: 'openid bogus' },
    { response_type: 'code token' },
    { prompt: 'none login' },
    { response_mode: 'fragment' },
  ])('with %j is refused before the person chooses how to log in', async (wrong) => {
    const reply = await (await startIssuer()).browser().authorize(request({ ...wrong, connector_id: undefined }));
    expect(answerOf(reply).get('error')).toMatch(/^(invalid_scope|unsupported_response_type|invalid_request)$/);
  });
});

describe('what a grant checks again', () => {
  it('a code that comes a second time, after the answer to the first, takes back what the first gave', async () => {
    const harness = await startIssuer();
    const code = answerOf(await harness.browser().logIn(request())).get('code');
    const first = await redeem(harness, code);
    expect(first.status).toBe(200);
    expect(bodyOf(await redeem(harness, code))).toMatchObject({ error: 'invalid_grant' });
    const form = { grant_type: 'refresh_token', refresh_token: textOf(first, 'refresh_token'), ...credentials };
    expect(bodyOf(await harness.browser().token(form))).toMatchObject({ error: 'invalid_grant' });
    const headers = { authorization: `Bearer ${textOf(first, 'access_token')}` };
    expect(await harness.browser().send('/userinfo', { headers })).toMatchObject({ status: 401 });
  });

  it('a connector without the refresh grant gives no refresh token', async () => {
    const harness = await startIssuer({ entries: [{ grantTypes: ['authorization_code'] }] });
    const code = answerOf(await harness.browser().logIn(request())).get('code');
    expect(bodyOf(await redeem(harness, code))).not.toHaveProperty('refresh_token');
  });

  it('an issuer without the refresh grant gives no refresh token, takes none, and does not name it', async () => {
    const narrow = await startIssuer({ protocol: { grantTypes: ['authorization_code'] } });
    const code = answerOf(await narrow.browser().logIn(request())).get('code');
    expect(bodyOf(await redeem(narrow, code))).not.toHaveProperty('refresh_token');
    const form = { grant_type: 'refresh_token', refresh_token: 'x', ...credentials };
    expect(bodyOf(await narrow.browser().token(form))).toMatchObject({ error: 'unsupported_grant_type' });
    const discovery = bodyOf(await narrow.browser().send('/.well-known/openid-configuration'));
    expect(discovery).toMatchObject({ grant_types_supported: ['authorization_code'] });
  });

  it('a refresh asks policy as it is now: grants of the connector, and trust between clients', async () => {
    const peer: Client = { ...cli, id: 'cluster', trustedPeers: ['app'] };
    const clients: Client[] = [app, peer];
    const before = await startIssuer({ clients });
    const scope = 'openid offline_access audience:server:client_id:cluster';
    const code = answerOf(await before.browser().logIn(request({ scope }))).get('code');
    const token = textOf(await redeem(before, code), 'refresh_token');
    const form = { grant_type: 'refresh_token', refresh_token: token, ...credentials };
    const restarted = await startIssuer({
      clients,
      storage: () => before.storage,
      entries: [{ grantTypes: ['authorization_code'] }],
    });
    expect(bodyOf(await restarted.browser().token(form))).toMatchObject({ error: 'invalid_grant' });
    clients.splice(1, 1, { ...peer, trustedPeers: [] });
    expect(bodyOf(await before.browser().token(form))).toMatchObject({ error: 'invalid_grant' });
    clients.splice(1, 1, peer);
    expect((await before.browser().token(form)).status).toBe(200); // nothing was spent by the refusals
  });

  it('a public client that has a secret must show it', async () => {
    const both: Client = { ...cli, secrets: app.secrets };
    const harness = await startIssuer({ clients: [both] });
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'cli' };
    expect(await harness.browser().token(form)).toMatchObject({ status: 401 });
    expect(await harness.browser().token({ ...form, client_secret: 'app-secret' })).toMatchObject({ status: 400 });
  });

  it.each(['', 'short', 'v'.repeat(42), 'v'.repeat(129), `${'v'.repeat(42)}!`])(
    'a code verifier of another form than RFC 7636 is refused, even if it fits: %j',
    async (verifier) => {
      const { createHash } = await import('node:crypto');
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      const harness = await startIssuer();
      const reply = await harness.browser().logIn(publicRequest({ code_challenge: challenge }));
      const form = {
        grant_type: 'authorization_code',
        code: answerOf(reply).get('code') ?? '',
        redirect_uri: 'http://127.0.0.1:18000/',
        client_id: 'cli',
        code_verifier: verifier,
      };
      expect(bodyOf(await harness.browser().token(form))).toMatchObject({ error: 'invalid_grant' });
    },
  );
});
