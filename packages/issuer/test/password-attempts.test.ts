import { OstiaryError } from '@ostiary/primitives';
import type { StorageDriver } from '@ostiary/storage-sdk';
import { describe, expect, it } from 'vitest';
import type { ConnectorEntry, Reply } from '../src/index.ts';
import type { Browser } from './browser.ts';
import { locationOf } from './browser.ts';
import { type Harness, type HarnessOptions, jane, request, startIssuer } from './harness.ts';

const passwordAttempts = { perAccount: 3, perAddress: 6, window: 900 };

interface Form {
  readonly url: string;
  readonly browser: Browser;
}

async function openForm(harness: Harness, address?: string): Promise<Form> {
  const browser = harness.browser();
  browser.address = address;
  return { browser, url: locationOf(await browser.authorize(request({ connector_id: 'ldap' }))) };
}

const send = ({ browser, url }: Form, login: string, password: string): Promise<Reply> =>
  browser.send(url, { form: { login, password } });

async function statuses(form: Form, tries: readonly (readonly [string, string])[]): Promise<readonly number[]> {
  const seen: number[] = [];
  for (const [login, password] of tries) seen.push((await send(form, login, password)).status);
  return seen;
}

const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);
const wrong = ['jane', 'guess'] as const;
const right = ['jane', 'pass'] as const;
const start = (more: HarnessOptions = {}): Promise<Harness> => startIssuer({ passwordAttempts, ...more });

describe('wrong passwords for an account', () => {
  it.each(['jane', 'nobody'])('are heard so many times, and then not even the right one, for %s', async (login) => {
    const harness = await start();
    const form = await openForm(harness, '192.0.2.1');
    expect(await statuses(form, times(3, [login, 'guess']))).toEqual([401, 401, 401]);
    const asked = harness.upstream.asked.finish;
    const reply = await send(form, login, 'pass');
    expect(reply).toMatchObject({
      kind: 'page',
      status: 429,
      headers: { 'retry-after': '900' },
      page: { name: 'error', problem: 'too_many_logins', requestId: 'test-request' },
    });
    expect(harness.upstream.asked.finish).toBe(asked);
    const line = harness.log.lines.find(({ event }) => event === 'login.limited');
    expect(line?.fields).toMatchObject({ connector: 'ldap', client: 'app', limit: 'account', retryAfter: 900 });
    expect(JSON.stringify(harness.log.lines)).not.toContain(login);
    const told = harness.log.lines.filter(({ event }) => event === 'login.rejected' || event === 'login.limited');
    expect(told.map(({ fields }) => fields?.clientAddress)).toEqual(times(4, '192.0.2.1'));
  });

  it('are a page without a challenge, at which browsers would open a dialog of their own', async () => {
    const reply = await send(await openForm(await start()), ...wrong);
    expect(reply).toMatchObject({ kind: 'page', status: 401, page: { name: 'password', invalid: true } });
    expect(reply.headers?.['www-authenticate']).toBeUndefined();
  });

  it('are forgotten at the end of the window, and the login goes on where it was', async () => {
    const harness = await start({ lifetimes: { login: 3600 } });
    const form = await openForm(harness);
    await statuses(form, times(4, wrong));
    harness.clock.advance(899);
    const blocked = await send(form, ...right);
    expect(blocked).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    harness.clock.advance(1);
    expect((await send(form, ...right)).status).toBe(303);
  });

  it('are forgotten when the owner comes', async () => {
    const harness = await start();
    for (let day = 0; day < 3; day += 1) {
      const form = await openForm(harness);
      expect(await statuses(form, [...times(2, wrong), right])).toEqual([401, 401, 303]);
    }
  });

  it('count from every browser and replica, and however the name is spelled', async () => {
    const harness = await start();
    expect((await send(await openForm(harness, '192.0.2.1'), 'jane', 'a')).status).toBe(401);
    expect((await send(await openForm(harness, '192.0.2.2'), 'JANE', 'b')).status).toBe(401);
    expect((await send(await openForm(harness, '192.0.2.3'), 'ｊａｎｅ', 'c')).status).toBe(401);
    expect((await send(await openForm(harness, '192.0.2.4'), ...right)).status).toBe(429);
  });

  it.each([' jane', 'jane   ', 'jane\u00a0', 'ja\u00adne', 'jäne'])('count for %j as for jane', async (login) => {
    const harness = await start();
    const form = await openForm(harness);
    expect(await statuses(form, times(3, [login, 'guess']))).toEqual([401, 401, 401]);
    expect((await send(form, ...right)).status).toBe(429);
  });

  it('stay when somebody of a similar name logs in: that may be another person', async () => {
    const harness = await start();
    const seen: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      seen.push(...(await statuses(await openForm(harness), [['jäne', 'guess'], right])));
    }
    expect(seen).toEqual([401, 303, 401, 303, 401, 429]);
  });

  it('that come at once are not heard more often', async () => {
    const harness = await start();
    const forms = await Promise.all(times(50, undefined).map(() => openForm(harness)));
    const asked = harness.upstream.asked.finish;
    const seen = await Promise.all(forms.map(async (form) => (await send(form, ...wrong)).status));
    expect(seen.filter((status) => status === 401)).toHaveLength(3);
    expect(harness.upstream.asked.finish - asked).toBe(3);
  });

  it('beyond the limit write nothing, wherever they come from', async () => {
    const writes: string[] = [];
    const harness = await start({ storage: (driver) => recording(driver, writes) });
    const form = await openForm(harness, '192.0.2.1');
    const other = await openForm(harness, '192.0.2.2');
    expect(await statuses(form, times(4, wrong))).toEqual([...times(3, 401), 429]);
    writes.length = 0;
    expect(await statuses(form, times(5, wrong))).toEqual(times(5, 429));
    expect(await statuses(other, times(5, wrong))).toEqual(times(5, 429));
    expect(writes).toEqual([]);
  });
});

describe('wrong passwords from an address', () => {
  const names = (count: number, from = 0) =>
    Array.from({ length: count }, (_none, index) => [`user-${from + index}`, 'Summer2031'] as const);

  it('are heard so many times, whoever they are for: one password tried on all accounts', async () => {
    const harness = await start();
    const form = await openForm(harness, '192.0.2.1');
    expect(await statuses(form, names(8))).toEqual([...times(6, 401), 429, 429]);
    expect((await send(await openForm(harness, '192.0.2.2'), ...right)).status).toBe(303);
  });

  it('do not count those that were not heard because of the account', async () => {
    const harness = await start();
    const form = await openForm(harness, '192.0.2.1');
    expect(await statuses(form, times(10, ['bob', 'guess']))).toEqual([...times(3, 401), ...times(7, 429)]);
    expect((await send(form, ...right)).status).toBe(303);
  });

  it('do not count those either that came at once with others of the account', async () => {
    const harness = await start({ storage: (driver) => inStep(driver, 6) });
    const forms = await Promise.all(times(6, undefined).map(() => openForm(harness, '192.0.2.1')));
    const seen = await Promise.all(forms.map(async (form) => (await send(form, 'bob', 'guess')).status));
    expect(seen.toSorted()).toEqual([...times(3, 401), ...times(3, 429)]);
    expect(await statuses(await openForm(harness, '192.0.2.1'), names(4))).toEqual([...times(3, 401), 429]);
  });

  it('do not count the right ones: an office has one address', async () => {
    const harness = await start();
    for (let person = 0; person < 20; person += 1) {
      expect((await send(await openForm(harness, '192.0.2.1'), ...right)).status).toBe(303);
    }
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::1', 429],
    ['2001:db8:1:2::1', '2001:0db8:0001:0002:0:0:0:9', 429],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', 401],
    ['::1', '::2', 429],
    ['::ffff:10.1.0.1', '::ffff:10.2.0.1', 401],
    ['10.1.0.1', '::ffff:10.1.0.1', 429],
    ['::ffff:a01:1', '10.1.0.1', 429],
  ])('%s and %s: an IPv6 network is one', async (first, second, status) => {
    const harness = await start();
    await statuses(await openForm(harness, first), names(6));
    expect(await statuses(await openForm(harness, second), names(1, 6))).toEqual([status]);
  });

  it('are not forgotten when somebody there logs in, who may be the one who guesses', async () => {
    const harness = await start();
    const here = () => openForm(harness, '192.0.2.1');
    expect(await statuses(await here(), names(5))).toEqual(times(5, 401));
    expect((await send(await here(), ...right)).status).toBe(303);
    expect(await statuses(await here(), names(2, 5))).toEqual([401, 429]);
  });

  it('beyond the limit use up no budget of an account, and write nothing', async () => {
    const writes: string[] = [];
    const harness = await start({ storage: (driver) => recording(driver, writes) });
    const form = await openForm(harness, '192.0.2.1');
    await statuses(form, names(7));
    writes.length = 0;
    expect(await statuses(form, [...times(5, wrong), ...names(5, 7)])).toEqual(times(10, 429));
    expect(writes).toEqual([]);
    expect((await send(await openForm(harness, '192.0.2.2'), ...right)).status).toBe(303);
  });
});

describe('a try', () => {
  it('with nothing in the form costs nothing', async () => {
    const harness = await start();
    const form = await openForm(harness, '192.0.2.1');
    expect(await statuses(form, times(10, ['jane', ''] as const))).toEqual(times(10, 401));
    expect((await send(form, ...right)).status).toBe(303);
  });

  it('that the directory could not check is given back', async () => {
    let down = true;
    const login = {
      prompt: 'Name',
      check: async () => {
        if (down) throw new OstiaryError('upstream/unavailable', 'The directory is away.');
        return jane;
      },
    };
    const entry: Partial<ConnectorEntry> = { connector: { via: 'password', login } };
    const harness = await start({ entries: [{}, entry] });
    for (let time = 0; time < 10; time += 1) {
      expect((await send(await openForm(harness, '192.0.2.1'), ...right)).status).toBe(503);
    }
    down = false;
    expect((await send(await openForm(harness, '192.0.2.1'), ...right)).status).toBe(303);
  });

  it('that the directory could not check changes neither what was counted before nor when that ends', async () => {
    let down = false;
    const check = async () => {
      if (down) throw new OstiaryError('upstream/unavailable', 'The directory is away.');
      return 'rejected' as const;
    };
    const entry: Partial<ConnectorEntry> = { connector: { via: 'password', login: { prompt: 'Name', check } } };
    const harness = await start({ entries: [{}, entry] });
    const guess = async (count: number) => statuses(await openForm(harness), times(count, wrong));
    for (const [seconds, next] of [
      [0, [401, 429, 429]],
      [900, [401, 401, 401]],
    ] as const) {
      harness.clock.advance(900);
      expect(await guess(2)).toEqual([401, 401]);
      down = true;
      expect(await guess(1)).toEqual([503]);
      down = false;
      harness.clock.advance(seconds);
      expect(await guess(3)).toEqual(next);
    }
  });

  it('leaves no name in the storage: people type passwords there', async () => {
    const harness = await start();
    await send(await openForm(harness, '192.0.2.1'), 'hunter2', 'guess');
    const { keys } = await harness.storage.scan({ prefix: ['login-attempts'], limit: 10 });
    expect(keys).toHaveLength(2);
    expect(JSON.stringify(keys)).not.toMatch(/hunter2|192\.0\.2/);
  });

  it('has no limit where the limit is 0', async () => {
    const harness = await start({ passwordAttempts: { perAccount: 0, perAddress: 0, window: 900 } });
    const form = await openForm(harness, '192.0.2.1');
    expect(await statuses(form, times(30, wrong))).toEqual(times(30, 401));
  });
});

/** Lets nobody go on before that many have looked at both counters, so that none sees what another one counts. */
function inStep(driver: StorageDriver, requests: number): StorageDriver {
  const waiting: (() => void)[] = [];
  let looks = 0;
  return {
    ...recording(driver, []),
    get: async (key) => {
      const stored = await driver.get(key);
      if (key[0] !== 'login-attempts' || looks >= 2 * requests) return stored;
      looks += 1;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === requests) for (const goOn of waiting.splice(0)) goOn();
      });
      return stored;
    },
  };
}

/** Notes the kinds of the records that are written or taken. */
function recording(driver: StorageDriver, writes: string[]): StorageDriver {
  return {
    get: (key) => driver.get(key),
    scan: (options) => driver.scan(options),
    sweep: (options) => driver.sweep(options),
    put: (key, value, options) => {
      writes.push(key[0]);
      return driver.put(key, value, options);
    },
    take: (key, options) => {
      writes.push(key[0]);
      return driver.take(key, options);
    },
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
  };
}
