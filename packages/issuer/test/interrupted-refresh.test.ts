import type { Identity, RefreshAsk } from '@ostiary/connector-sdk';
import { OstiaryError, Secret } from '@ostiary/primitives';
import type { StorageDriver } from '@ostiary/storage-sdk';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../src/index.ts';
import { answerOf, Browser } from './browser.ts';
import { bodyOf, type Harness, jane, redirectUri, request, startIssuer, textOf } from './harness.ts';

const credentials = { client_id: 'app', client_secret: 'app-secret' };
const spent = new Secret('upstream-refresh-token');
const given: Identity = { ...jane, connectorData: new Secret('upstream-token-2') };

/** An issuer whose provider spends its refresh tokens, and a login there. */
async function setUp(
  play: (ask: RefreshAsk) => Promise<Identity | 'rejected'>,
  storage: (driver: StorageDriver) => StorageDriver = (driver) => driver,
): Promise<{ harness: Harness; first: string }> {
  const harness = await startIssuer({
    storage,
    refresh: () => ({ kind: 'upstream', exclusive: true, refresh: play }),
  });
  const code = answerOf(await harness.browser().logIn(request())).get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...credentials };
  return { harness, first: textOf(await harness.browser().token(form), 'refresh_token') };
}

function refresh(browser: Browser, token: string): Promise<Reply> {
  return browser.token({ grant_type: 'refresh_token', refresh_token: token, ...credentials });
}

const isSpent = ({ identity }: RefreshAsk): boolean => identity.connectorData?.reveal() === spent.reveal();

describe('a replica that was paused for longer than its turn', () => {
  it('does not end the login that another one has renewed, when the provider refuses what was spent', async () => {
    const [paused, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let asked = 0;
    const { harness, first } = await setUp(async ({ persist }) => {
      asked += 1;
      if (asked === 1) {
        paused.resolve();
        await goesOn.promise;
        return 'rejected';
      }
      if (given.connectorData !== undefined) await persist(given.connectorData);
      return given;
    });
    const late = refresh(harness.browser(), first);
    await paused.promise;
    harness.clock.advance(61);
    const second = textOf(await refresh(new Browser(await harness.replica()), first), 'refresh_token');
    goesOn.resolve();
    expect(textOf(await late, 'refresh_token')).toBe(second);
    harness.clock.advance(31);
    expect(await refresh(harness.browser(), second)).toMatchObject({ status: 200 });
  });
});

describe('a replica that was paused until the login it had read would have ended', () => {
  it('does not end it when another one has used it since', async () => {
    const [paused, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let pauses = false;
    const { harness, first } = await setUp(
      async () => given,
      (driver) => ({
        ...driver,
        async get(key) {
          const stored = await driver.get(key);
          if (!pauses || key[0] !== 'refresh-family') return stored;
          pauses = false;
          paused.resolve();
          await goesOn.promise;
          return stored;
        },
      }),
    );
    harness.clock.advance(86_390);
    await harness.keys.refresh();
    pauses = true;
    const late = refresh(harness.browser(), first);
    await paused.promise;
    const second = textOf(await refresh(new Browser(await harness.replica()), first), 'refresh_token');
    harness.clock.advance(20);
    goesOn.resolve();
    expect(textOf(await late, 'refresh_token')).toBe(second);
  });
});

describe('a storage that is away for a moment after the provider has spent its token', () => {
  it.each([
    ['the write is not done', false],
    ['the write is done and its answer is lost', true],
  ])('loses no login: %s', async (_name, done) => {
    let failures = 0;
    const { harness, first } = await setUp(
      async (ask) => {
        if (!isSpent(ask)) return given;
        failures = 1;
        await ask.persist(new Secret('upstream-token-2'));
        throw new OstiaryError('upstream/unavailable', 'down after the first answer');
      },
      (driver) => ({
        ...driver,
        async put(...args) {
          if (failures === 0) return driver.put(...args);
          failures -= 1;
          if (done) await driver.put(...args);
          throw new OstiaryError('storage/unavailable', 'away');
        },
      }),
    );
    expect(bodyOf(await refresh(harness.browser(), first))).toMatchObject({ error: 'temporarily_unavailable' });
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 200 });
  });

  it('is given up when it stays away', async () => {
    let away = false;
    const { harness, first } = await setUp(
      async ({ persist }) => {
        away = true;
        await persist(new Secret('upstream-token-2'));
        return given;
      },
      (driver) => ({
        ...driver,
        async put(...args) {
          if (!away) return driver.put(...args);
          harness.clock.advance(21);
          throw new OstiaryError('storage/unavailable', 'away');
        },
      }),
    );
    expect(await refresh(harness.browser(), first)).toMatchObject({ status: 503 });
  });
});
