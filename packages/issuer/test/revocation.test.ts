/** What is taken back, and from whom. */
import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../src/index.ts';
import { answerOf, Browser } from './browser.ts';
import { bodyOf, claimsOf, type Harness, redirectUri, request, startIssuer, textOf } from './harness.ts';

const credentials = { client_id: 'app', client_secret: 'app-secret' };

async function redeem(
  harness: Harness,
  overrides: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: string; readonly reply: Reply }> {
  const code = answerOf(await harness.browser().logIn(request(overrides))).get('code') ?? '';
  return { code, reply: await redeemAgain(harness, code) };
}

function redeemAgain(harness: Harness, code: string): Promise<Reply> {
  return harness.browser().token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...credentials });
}

const refresh = ({ browser }: Pick<Harness, 'browser'>, token: string, more: Record<string, string> = {}) =>
  browser().token({ grant_type: 'refresh_token', refresh_token: token, ...credentials, ...more });

const userinfo = async (harness: Harness, reply: Reply): Promise<number> => {
  const authorization = `Bearer ${textOf(reply, 'access_token')}`;
  return (await harness.browser().send('/userinfo', { headers: { authorization } })).status;
};

describe('access tokens of a login that was revoked are not believed any more', () => {
  it('when its code came a second time: neither those of the code nor those of refreshes', async () => {
    const harness = await startIssuer();
    const { code, reply } = await redeem(harness);
    const refreshed = await refresh(harness, textOf(reply, 'refresh_token'));
    const other = await redeem(harness);
    expect(await userinfo(harness, refreshed)).toBe(200);
    expect(await redeemAgain(harness, code)).toMatchObject({ status: 400 });
    expect(await Promise.all([reply, refreshed, other.reply].map((one) => userinfo(harness, one)))).toEqual([
      ...[401, 401, 200],
    ]);
  });

  it.each([
    [
      'an old refresh token was used again',
      async (harness: Harness, first: string) => {
        harness.clock.advance(31);
        return refresh(harness, first);
      },
    ],
    [
      'the provider ended it',
      async (harness: Harness, _first: string, second: string) => {
        harness.clock.advance(31);
        harness.upstream.refreshed = async () => 'rejected';
        return refresh(harness, second);
      },
    ],
  ])('when %s', async (_why, end) => {
    const harness = await startIssuer();
    const { reply } = await redeem(harness);
    const first = textOf(reply, 'refresh_token');
    const refreshed = await refresh(harness, first);
    expect(bodyOf(await end(harness, first, textOf(refreshed, 'refresh_token'))).error).toBe('invalid_grant');
    expect(await Promise.all([reply, refreshed].map((one) => userinfo(harness, one)))).toEqual([401, 401]);
  });

  it.each([
    ['a code that came again', (replica: Harness, { code }: { code: string }) => redeemAgain(replica, code)],
    ['an old refresh token', (replica: Harness, { first }: { first: string }) => refresh(replica, first)],
  ])('to their end, also where tokens live shorter by now: %s', async (_what, use) => {
    const harness = await startIssuer({ lifetimes: { code: 600 } });
    const { code, reply } = await redeem(harness);
    const first = textOf(reply, 'refresh_token');
    const refreshed = await refresh(harness, first);
    const shorter = await harness.replica({ lifetimes: { idToken: 60, code: 600 } });
    const replica = { ...harness, browser: () => new Browser(shorter) };
    harness.clock.advance(31);
    expect(await use(replica, { code, first })).toMatchObject({ status: 400 });
    expect(await use(replica, { code, first })).toMatchObject({ status: 400 }); // does not shorten what the first did
    harness.clock.advance(600);
    for (const one of [harness, replica]) {
      expect(await Promise.all([reply, refreshed].map((token) => userinfo(one, token)))).toEqual([401, 401]);
    }
  });

  it('to their end, also where tokens live shorter by now: a code that came again and gave no refresh token', async () => {
    const harness = await startIssuer({ lifetimes: { code: 600 } });
    const { code, reply } = await redeem(harness, { scope: 'openid' });
    const other = await redeem(harness, { scope: 'openid' });
    const shorter = await harness.replica({ lifetimes: { idToken: 60, code: 600 } });
    expect(await redeemAgain({ ...harness, browser: () => new Browser(shorter) }, code)).toMatchObject({ status: 400 });
    harness.clock.advance(600);
    expect(await Promise.all([reply, other.reply].map((one) => userinfo(harness, one)))).toEqual([401, 200]);
  });

  it.each([
    ['a code that came again', (harness: Harness, { code }: { code: string }) => redeemAgain(harness, code)],
    ['an old refresh token', (harness: Harness, { first }: { first: string }) => refresh(harness, first)],
    [
      'the word of the provider',
      async (harness: Harness, { second }: { second: string }) => {
        harness.upstream.refreshed = async () => 'rejected';
        return refresh(harness, second);
      },
    ],
  ])('even if the storage failed while the login was ended: %s', async (_why, end) => {
    let fails = false;
    const harness = await startIssuer({
      storage: (driver) => ({
        ...driver,
        take: async (key) => {
          if (fails) throw new OstiaryError('storage/unavailable', 'The storage does not answer.');
          return driver.take(key);
        },
        [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
      }),
      lifetimes: { code: 600 },
    });
    const { code, reply } = await redeem(harness);
    const first = textOf(reply, 'refresh_token');
    const refreshed = await refresh(harness, first);
    harness.clock.advance(31);
    fails = true;
    const ended = await end(harness, { code, first, second: textOf(refreshed, 'refresh_token') });
    expect(ended).toMatchObject({ status: 503 });
    expect(await Promise.all([reply, refreshed].map((one) => userinfo(harness, one)))).toEqual([401, 401]);
  });

  it('and the id of such a token does not tell which record holds the login', async () => {
    const harness = await startIssuer();
    const { reply } = await redeem(harness);
    const [, family = ''] = textOf(reply, 'refresh_token').split('.');
    const { jti } = claimsOf(textOf(reply, 'access_token'));
    expect(String(jti)).toMatch(/^[\w-]{22}\.[\w-]{22}$/);
    expect(String(jti)).not.toContain(family.slice(0, 8));
  });

  it.each(['openid offline_access', 'openid'])(
    'and ID tokens bear the mark of the login, too, with ids of their own: %s',
    async (scope) => {
      const harness = await startIssuer();
      const [first, second] = [await redeem(harness, { scope }), await redeem(harness, { scope })];
      const ids = [first, second].map(({ reply }) =>
        ['access_token', 'id_token'].map((name) => String(claimsOf(textOf(reply, name)).jti)),
      );
      const marks = ids.map((both) => new Set(both.map((id) => id.split('.')[0])));
      expect(marks.map(({ size }) => size)).toEqual([1, 1]);
      expect(marks[0]).not.toEqual(marks[1]);
      expect(new Set(ids.flat()).size).toBe(4);
    },
  );
});

describe('a refresh token', () => {
  it('ends by the limits of today, not by those of the day it was written', async () => {
    const harness = await startIssuer();
    const { reply } = await redeem(harness);
    const strict = await harness.replica({
      lifetimes: { refreshToken: { rotate: true, reuseInterval: 0, absolute: 100 } },
    });
    harness.clock.advance(100);
    const refused = await refresh({ browser: () => new Browser(strict) }, textOf(reply, 'refresh_token'));
    expect(bodyOf(refused).error).toBe('invalid_grant');
    expect((await harness.storage.scan({ prefix: ['refresh-family'], limit: 9 })).keys).toEqual([]);
  });

  it('that was used before is told as such whatever is asked with it, and one that never was tells no scopes', async () => {
    const harness = await startIssuer();
    const { reply } = await redeem(harness);
    const first = textOf(reply, 'refresh_token');
    const second = textOf(await refresh(harness, first), 'refresh_token');
    harness.clock.advance(31);
    const asked = { scope: 'federated:id' };
    expect(bodyOf(await refresh(harness, first, asked)).error).toBe('invalid_grant');
    expect(bodyOf(await refresh(harness, second)).error).toBe('invalid_grant');
    const other = textOf((await redeem(harness)).reply, 'refresh_token');
    const madeUp = `${other.slice(0, other.lastIndexOf('.'))}.${'a'.repeat(43)}`;
    expect(bodyOf(await refresh(harness, madeUp, asked)).error).toBe('invalid_grant');
  });

  it('that was made up for a login which has just been renewed gets nothing, and ends the login', async () => {
    const harness = await startIssuer();
    const { reply } = await redeem(harness);
    const second = textOf(await refresh(harness, textOf(reply, 'refresh_token')), 'refresh_token');
    const madeUp = `${second.slice(0, second.lastIndexOf('.'))}.${'a'.repeat(43)}`;
    expect(bodyOf(await refresh(harness, madeUp)).error).toBe('invalid_grant');
    expect(bodyOf(await refresh(harness, second)).error).toBe('invalid_grant');
  });

  it('that is used wrongly does not spoil it for who uses it at the same moment', async () => {
    const harness = await startIssuer();
    const token = textOf((await redeem(harness)).reply, 'refresh_token');
    const replies = [refresh(harness, token, { scope: 'federated:id' }), refresh(harness, token)];
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([400, 200]);
  });

  it('that many bring while the provider is down asks it once, and all are told', async () => {
    const harness = await startIssuer();
    const { reply } = await redeem(harness);
    const token = textOf(reply, 'refresh_token');
    harness.upstream.refreshed = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throw new OstiaryError('upstream/unavailable', 'The provider does not answer.');
    };
    const replies = await Promise.all(Array.from({ length: 20 }, () => refresh(harness, token)));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 503));
    expect(harness.upstream.asked.refresh).toBe(1);
    harness.upstream.refreshed = async () => harness.upstream.identity;
    expect(await refresh(harness, token)).toMatchObject({ status: 200 });
  });
});
