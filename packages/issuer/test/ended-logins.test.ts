/** An operator ends logins: of a person, a group, a client, a connector, or everybody (docs/adr/0023). */
import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { listRevocations, type Reply, type RevocationTarget, revokeLogins } from '../src/index.ts';
import { answerOf, Browser, locationOf } from './browser.ts';
import { bodyOf, claimsOf, type Harness, redirectUri, request, startIssuer, textOf } from './harness.ts';

const credentials = { client_id: 'app', client_secret: 'app-secret' };
/** `u-1` at `idp`, as Dex writes it. */
const janesSubject = 'CgN1LTESA2lkcA';

async function logIn(harness: Harness, scope = 'openid email groups offline_access'): Promise<Reply> {
  return redeem(harness, answerOf(await harness.browser().logIn(request({ scope }))).get('code') ?? '');
}

const redeem = ({ browser }: Harness, code: string): Promise<Reply> =>
  browser().token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...credentials });

const refresh = ({ browser }: Pick<Harness, 'browser'>, from: Reply): Promise<Reply> =>
  browser().token({ grant_type: 'refresh_token', refresh_token: textOf(from, 'refresh_token'), ...credentials });

const userinfo = async ({ browser }: Harness, from: Reply): Promise<number> => {
  const authorization = `Bearer ${textOf(from, 'access_token')}`;
  return (await browser().send('/userinfo', { headers: { authorization } })).status;
};

const introspect = async ({ browser }: Harness, token: string): Promise<unknown> =>
  bodyOf(await browser().send('/token/introspect', { form: { token, ...credentials } })).active;

/** Ends logins, and lets the second pass for which replicas may not have heard of it, and the one of the mark. */
async function end(
  harness: Harness,
  target: RevocationTarget,
  { value = '', longestLogin }: { readonly value?: string; readonly longestLogin?: number } = {},
): Promise<void> {
  await revokeLogins({ target, value, longestLogin }, { storage: harness.storage, now: harness.clock.now });
  harness.clock.advance(2);
}

const over = { status: 400, error: 'invalid_grant' };
const outcomeOf = (reply: Reply): object => ({ status: reply.status, error: bodyOf(reply).error });

describe('logins that an operator has ended', () => {
  it.each([
    ['subject', janesSubject],
    ['email', 'Jane@Example.com'],
    ['group', 'ops'],
    ['client', 'app'],
    ['connector', 'idp'],
    ['everybody', ''],
  ] as const)('are not renewed, nor are their tokens believed: %s', async (target, value) => {
    const harness = await startIssuer();
    const tokens = await logIn(harness);
    expect(claimsOf(textOf(tokens, 'id_token')).sub).toBe(janesSubject);
    await end(harness, target, { value });
    expect(await userinfo(harness, tokens)).toBe(401);
    for (const name of ['access_token', 'refresh_token']) {
      expect(await introspect(harness, textOf(tokens, name))).toBe(false);
    }
    const asked = harness.upstream.asked.refresh;
    expect(outcomeOf(await refresh(harness, tokens))).toEqual(over);
    expect(harness.upstream.asked.refresh).toBe(asked); // the provider spends no token of theirs
    expect(harness.log.lines.map(({ event }) => event)).toContain('refresh.revoked');
    // Whoever the provider lets in may come again, at once.
    const again = await logIn(harness);
    expect(await refresh(harness, again)).toMatchObject({ status: 200 });
    expect(await userinfo(harness, again)).toBe(200);
  });

  it.each([
    ['subject', 'CgN1LTISA2lkcA'],
    ['email', 'john@example.com'],
    ['group', 'op'],
    ['client', 'cli'],
    ['connector', 'ldap'],
  ] as const)('are only those that were named: %s %s', async (target, value) => {
    const harness = await startIssuer();
    const tokens = await logIn(harness);
    await end(harness, target, { value });
    expect(await userinfo(harness, tokens)).toBe(200);
    expect(await refresh(harness, tokens)).toMatchObject({ status: 200 });
  });

  it('are over for a group that the provider tells of only now', async () => {
    const harness = await startIssuer();
    const tokens = await logIn(harness);
    await end(harness, 'group', { value: 'contractors' });
    harness.upstream.identity = { ...harness.upstream.identity, groups: ['contractors'] };
    expect(outcomeOf(await refresh(harness, tokens))).toEqual(over);
    expect(await userinfo(harness, tokens)).toBe(401);
    expect(harness.log.lines.map(({ event }) => event)).toContain('refresh.revoked');
  });

  it('take along access tokens that do not name the group, once somebody tries to renew them', async () => {
    const harness = await startIssuer();
    const tokens = await logIn(harness, 'openid offline_access');
    await end(harness, 'group', { value: 'ops' });
    expect(await userinfo(harness, tokens)).toBe(200);
    await refresh(harness, tokens);
    expect(await userinfo(harness, tokens)).toBe(401);
  });

  it('include those that wait for consent, and codes that nobody has redeemed', async () => {
    const harness = await startIssuer({ protocol: { skipApproval: false } });
    const browser = harness.browser();
    const approval = await browser.logIn(request());
    const req = new URL(locationOf(approval), 'https://login.example.com').searchParams.get('req') ?? '';
    await end(harness, 'everybody');
    const answer = await browser.send('/approval', { form: { req, approval: 'approve' } });
    expect(answer).toMatchObject({ page: { name: 'error', problem: 'login_expired', retryUrl: expect.any(String) } });

    const silent = await startIssuer();
    const code = answerOf(await silent.browser().logIn(request())).get('code') ?? '';
    await end(silent, 'everybody');
    expect(outcomeOf(await redeem(silent, code))).toEqual(over);
  });

  it('are told by when they were made here, not by an old session at the provider', async () => {
    const harness = await startIssuer();
    await end(harness, 'everybody');
    const time = new Date(harness.clock.now().getTime() - 3_600_000);
    harness.upstream.identity = { ...harness.upstream.identity, authentication: { time } };
    const tokens = await logIn(harness);
    expect(await refresh(harness, tokens)).toMatchObject({ status: 200 });
  });

  it('are known to other replicas within a second', async () => {
    const harness = await startIssuer();
    const tokens = await logIn(harness);
    const other = await harness.replica();
    const there = { browser: () => new Browser(other) };
    expect(await refresh(there, tokens)).toMatchObject({ status: 200 });
    await end(harness, 'client', { value: 'app' });
    expect(outcomeOf(await refresh(there, tokens))).toEqual(over);
  });

  it('cannot be told while the storage is away: nobody is let in, and it heals', async () => {
    let away = false;
    const harness = await startIssuer({
      storage: (driver) => ({
        ...driver,
        get: (key) => {
          if (away && key[0] === 'revocations') throw new OstiaryError('storage/unavailable', 'gone');
          return driver.get(key);
        },
      }),
    });
    const tokens = await logIn(harness);
    harness.clock.advance(1);
    away = true;
    expect(await refresh(harness, tokens)).toMatchObject({ status: 503 });
    away = false;
    expect(await refresh(harness, tokens)).toMatchObject({ status: 200 });
  });

  it('take along what a replica makes that has not heard of it yet', async () => {
    const harness = await startIssuer();
    const { storage, clock } = harness;
    clock.advance(0.4);
    const tokens = await logIn(harness); // reads the marks
    clock.advance(0.1);
    await revokeLogins({ target: 'email', value: 'jane@example.com' }, { storage, now: clock.now });
    clock.advance(0.6); // into the next second
    const late = await refresh(harness, tokens);
    expect(late).toMatchObject({ status: 200 });
    clock.advance(0.4);
    expect(await userinfo(harness, late)).toBe(401);
    expect(outcomeOf(await refresh(harness, late))).toEqual(over);
  });

  it('are told by when the person logged in, not by when a slow storage let the client have tokens', async () => {
    const slow = { seconds: 0 };
    const harness = await startIssuer({
      storage: (driver) => ({
        ...driver,
        async get(key) {
          const found = await driver.get(key);
          if (key[0] === 'revocations' && slow.seconds > 0) {
            // Ended after this was read, and before it is here.
            await revokeLogins({ target: 'everybody', value: '' }, { storage: driver, now: harness.clock.now });
            harness.clock.advance(slow.seconds);
            slow.seconds = 0;
          }
          return found;
        },
      }),
    });
    const code = answerOf(await harness.browser().logIn(request())).get('code') ?? '';
    harness.clock.advance(2);
    slow.seconds = 5;
    const tokens = await redeem(harness, code);
    expect(tokens).toMatchObject({ status: 200 });
    expect(await introspect(harness, textOf(tokens, 'refresh_token'))).toBe(false);
    expect(outcomeOf(await refresh(harness, tokens))).toEqual(over);
    expect(await userinfo(harness, tokens)).toBe(401);
  });

  it('are known also when the clock was set back', async () => {
    const harness = await startIssuer();
    harness.clock.advance(60);
    await logIn(harness); // reads the marks
    harness.clock.advance(-50);
    const tokens = await logIn(harness);
    await end(harness, 'client', { value: 'app' });
    expect(outcomeOf(await refresh(harness, tokens))).toEqual(over);
  });

  it('cost one question to the storage a second, however many people come', async () => {
    let questions = 0;
    const harness = await startIssuer({
      storage: (driver) => ({
        ...driver,
        get: (key) => {
          if (key[0] === 'revocations') questions += 1;
          return driver.get(key);
        },
      }),
    });
    const tokens = await Promise.all(Array.from({ length: 5 }, () => logIn(harness)));
    await Promise.all(tokens.map((one) => refresh(harness, one)));
    expect(questions).toBe(1);
    harness.clock.advance(1);
    await Promise.all(tokens.map((one) => userinfo(harness, one)));
    expect(questions).toBe(2);
  });
});

describe('the marks', () => {
  const marksOf = async ({ storage }: Harness) =>
    (await listRevocations(storage)).map(({ target, value }) => [target, value]);

  it('are both there when two come at once; the same again is one; everybody replaces all', async () => {
    const harness = await startIssuer();
    await Promise.all([
      end(harness, 'group', { value: 'a' }),
      end(harness, 'email', { value: 'b@example.com' }),
      end(harness, 'group', { value: 'c' }),
    ]);
    await end(harness, 'group', { value: 'a' });
    expect((await marksOf(harness)).toSorted()).toEqual([
      ['email', 'b@example.com'],
      ['group', 'a'],
      ['group', 'c'],
    ]);
    await end(harness, 'everybody');
    expect(await marksOf(harness)).toEqual([['everybody', '']]);
  });

  it('go when no login from before them can be there', async () => {
    const harness = await startIssuer();
    await end(harness, 'group', { value: 'a', longestLogin: 100 });
    await end(harness, 'group', { value: 'b' });
    harness.clock.advance(98);
    await end(harness, 'group', { value: 'c', longestLogin: 100 });
    expect(await marksOf(harness)).toEqual([
      ['group', 'b'],
      ['group', 'c'],
    ]);
  });

  it('have a limit, which everybody lifts', async () => {
    const harness = await startIssuer();
    for (let count = 0; count < 1000; count += 1) await end(harness, 'group', { value: `g${count}` });
    await expect(end(harness, 'group', { value: 'one more' })).rejects.toMatchObject({ code: 'config/invalid' });
    await end(harness, 'group', { value: 'g7' }); // is there already
    await end(harness, 'everybody');
    expect(await marksOf(harness)).toHaveLength(1);
  });

  it('are of somebody', async () => {
    const harness = await startIssuer();
    await expect(end(harness, 'group', { value: '' })).rejects.toMatchObject({ code: 'config/invalid' });
    await expect(end(harness, 'everybody', { value: 'jane' })).rejects.toMatchObject({ code: 'config/invalid' });
  });
});
