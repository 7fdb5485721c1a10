import { inspect } from 'node:util';
import { isJsonObject, type Json } from '@ostiary/primitives';
import { type RecordKind, recordStore, type StorageDriver } from '@ostiary/storage-sdk';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { modelDriver } from './model-driver.ts';

interface Session {
  readonly user: string;
  readonly since: Date;
}

/** The third form: first a bare name, then `{ name }`, now `{ user, since }`. */
const session: RecordKind<Session> = {
  kind: 'session',
  version: 3,
  schema: z.object({ user: z.string(), since: z.number().transform((ms) => new Date(ms)) }),
  encode: ({ user, since }) => ({ user, since: since.getTime() }),
  upgrades: {
    1: (name) => ({ name }),
    2: (old) => {
      if (!isJsonObject(old) || typeof old.name !== 'string') throw new TypeError('no name');
      return { user: old.name, since: 0 };
    },
  },
};

const start = new Date('2031-01-01T00:00:00Z');
const jane: Session = { user: 'jane', since: start };
const quiet = { sleep: async () => undefined };

function setUp() {
  let time = start.getTime();
  const driver = modelDriver(() => new Date(time));
  const wait = (ms: number): void => {
    time += ms;
  };
  return { driver, sessions: recordStore(driver, session, quiet), wait };
}

describe('recordStore', () => {
  it('writes the version of the form beside the value', async () => {
    const { driver, sessions } = setUp();
    await sessions.create('a', jane);
    expect((await driver.get(['session', 'a']))?.value).toEqual({ v: 3, d: { user: 'jane', since: start.getTime() } });
  });

  it('reads back what was written, with version and deadline', async () => {
    const { sessions } = setUp();
    const expiresAt = new Date(start.getTime() + 1000);
    await sessions.put(['github', '42'], jane, { expiresAt });
    expect(await sessions.get(['github', '42'])).toEqual({ value: jane, version: expect.any(String), expiresAt });
    expect(await sessions.get('github')).toBeUndefined();
  });

  it('creates once, until the record has expired', async () => {
    const { sessions, wait } = setUp();
    expect(await sessions.create('a', jane, { expiresAt: new Date(start.getTime() + 10) })).toBe(true);
    expect(await sessions.create('a', jane)).toBe(false);
    wait(10);
    expect(await sessions.create('a', jane)).toBe(true);
  });

  it('takes once', async () => {
    const { sessions } = setUp();
    await sessions.create('a', jane);
    expect(await sessions.take('a')).toEqual(jane);
    expect(await sessions.take('a')).toBeUndefined();
  });

  it('takes one state and no other', async () => {
    const { sessions } = setUp();
    await sessions.create('a', jane);
    const ifVersion = (await sessions.get('a'))?.version ?? '';
    await sessions.put('a', { ...jane, user: 'june' });
    expect(await sessions.take('a', { ifVersion })).toBeUndefined();
    expect(await sessions.get('a')).toMatchObject({ value: { user: 'june' } });
  });

  it('replaces one state, and answers the next', async () => {
    const { sessions } = setUp();
    await sessions.create('a', jane);
    const first = await sessions.get('a');
    const second = await sessions.replace('a', first?.version ?? '', { set: { ...jane, user: 'june' } });
    expect(second).toEqual({ value: { ...jane, user: 'june' }, version: expect.any(String) });
    expect(await sessions.replace('a', first?.version ?? '', { set: jane })).toBeUndefined();
    expect(await sessions.get('a')).toEqual(second);
  });

  it('lists the ids of its own kind only', async () => {
    const { driver, sessions } = setUp();
    await sessions.create('a', jane);
    await sessions.create(['b', 'c'], jane);
    await driver.put(['sessions', 'x'], 1, { ifVersion: 'any' });
    const first = await sessions.list({ limit: 1 });
    expect(first).toEqual({ ids: [['a']], cursor: expect.any(String) });
    expect(await sessions.list({ limit: 1, cursor: first.cursor ?? '' })).toEqual({ ids: [['b', 'c']] });
  });
});

describe('reading older forms', () => {
  it.each([
    [1, 'jane'],
    [2, { name: 'jane' }],
    [3, { user: 'jane', since: 0 }],
  ])('upgrades version %i step by step', async (v, d: Json) => {
    const { driver, sessions } = setUp();
    await driver.put(['session', 'a'], { v, d }, { ifVersion: 'any' });
    expect((await sessions.get('a'))?.value).toEqual({ user: 'jane', since: new Date(0) });
  });

  it.each<[string, Json, string]>([
    ['text', 'jane', 'not written by this software'],
    ['a list', [3], 'not written by this software'],
    ['no version', { d: {} }, 'not written by this software'],
    ['version 0', { v: 0, d: {} }, 'not written by this software'],
    ['half a version', { v: 2.5, d: {} }, 'not written by this software'],
    ['no data', { v: 3 }, 'not written by this software'],
    ['the future', { v: 4, d: {} }, 'a newer release wrote it (version 4)'],
    ['a bad upgrade', { v: 2, d: { name: 1 } }, 'version 2 could not be upgraded'],
    ['a wrong field', { v: 3, d: { user: 'secret-content', since: 'x' } }, 'not as expected: since'],
    ['a wrong whole', { v: 3, d: 'secret-content' }, 'not as expected: (the whole record)'],
  ])('refuses %s, naming kind and problem but not the content', async (_name, value, problem) => {
    const { driver, sessions } = setUp();
    await driver.put(['session', 'a'], value, { ifVersion: 'any' });
    const error = await sessions.get('a').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'storage/corrupt',
      detail: { kind: 'session', readable: 3, problem: expect.stringContaining(problem) },
    });
    expect(JSON.stringify(error)).not.toContain('secret-content');
  });

  it('says which version is no longer readable', async () => {
    const { driver } = setUp();
    const { upgrades: _, ...withoutUpgrades } = session;
    await driver.put(['session', 'a'], { v: 2, d: { name: 'jane' } }, { ifVersion: 'any' });
    await expect(recordStore(driver, withoutUpgrades).get('a')).rejects.toMatchObject({
      detail: { problem: 'version 2 is no longer readable' },
    });
  });

  it.each([
    [
      'of zod',
      z.string().transform((text): Session => {
        throw new Error(`no ${text}`);
      }),
    ],
    [
      'of another library',
      {
        '~standard': {
          version: 1 as const,
          vendor: 'x',
          validate: (data: unknown) => {
            throw new Error(`no ${data}`);
          },
        },
      },
    ],
  ])(
    'refuses a record at which a schema %s throws, without its content, and leaves no rejection behind',
    async (_name, schema) => {
      const { driver } = setUp();
      const unheard = vi.fn();
      process.on('unhandledRejection', unheard);
      const store = recordStore(driver, { ...session, upgrades: {}, schema });
      await driver.put(['session', 'a'], { v: 3, d: 'secret-content' }, { ifVersion: 'any' });
      const error: unknown = await store.get('a').catch((thrown: unknown) => thrown);
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', unheard);
      expect(error).toMatchObject({ code: 'storage/corrupt' });
      expect(inspect(error, { depth: 9 })).not.toContain('secret-content');
      expect(unheard).not.toHaveBeenCalled();
    },
  );

  it('refuses an asynchronous schema', async () => {
    const { driver } = setUp();
    const slow = recordStore(driver, { ...session, schema: z.custom<Session>().refine(async () => true) });
    await slow.put('a', jane);
    await expect(slow.get('a')).rejects.toMatchObject({ code: 'storage/corrupt' });
  });
});

describe('update', () => {
  it('makes, changes, keeps and removes', async () => {
    const { sessions } = setUp();
    expect((await sessions.update('a', () => ({ set: jane })))?.value).toEqual(jane);
    const changed = await sessions.update('a', (current) => ({ set: { since: start, user: `${current?.user}!` } }));
    expect(changed).toEqual(await sessions.get('a'));
    expect(changed?.value.user).toBe('jane!');
    expect(await sessions.update('a', () => 'keep')).toEqual(changed);
    expect(await sessions.update('a', () => 'remove')).toBeUndefined();
    expect(await sessions.get('a')).toBeUndefined();
    expect(await sessions.update('a', () => 'remove')).toBeUndefined();
    expect(await sessions.update('a', () => 'keep')).toBeUndefined();
  });

  it('writes nothing for "keep"', async () => {
    const { driver } = setUp();
    const put = vi.fn(driver.put);
    await recordStore({ ...driver, put }, session, quiet).update('a', () => 'keep');
    expect(put).not.toHaveBeenCalled();
  });

  it('reads once and writes once when nobody else is there', async () => {
    const { driver } = setUp();
    const get = vi.fn(driver.get);
    const put = vi.fn(driver.put);
    await recordStore({ ...driver, get, put }, session, quiet).update('a', () => ({ set: jane }));
    expect([get.mock.calls.length, put.mock.calls.length]).toEqual([1, 1]);
  });

  it('gives the record a new deadline, or none', async () => {
    const { sessions } = setUp();
    const expiresAt = new Date(start.getTime() + 1000);
    expect(await sessions.update('a', () => ({ set: jane, expiresAt }))).toMatchObject({ expiresAt });
    await sessions.update('a', () => ({ set: jane }));
    expect((await sessions.get('a'))?.expiresAt).toBeUndefined();
  });

  it('is told the deadline, so that it can stay', async () => {
    const { sessions } = setUp();
    const expiresAt = new Date(start.getTime() + 1000);
    await sessions.create('a', jane, { expiresAt });
    const kept = await sessions.update('a', (_, deadline) => ({ set: jane, expiresAt: deadline }));
    expect(kept?.expiresAt).toEqual(expiresAt);
  });

  it('begins again with the new value when somebody else was faster', async () => {
    const { driver, sessions } = setUp();
    await sessions.create('a', jane);
    const seen: (string | undefined)[] = [];
    await recordStore(interrupted(driver, 1), session, quiet).update('a', (current) => {
      seen.push(current?.user);
      return { set: { ...jane, user: 'mine' } };
    });
    expect(seen).toEqual(['jane', 'rival']);
    expect((await sessions.get('a'))?.value.user).toBe('mine');
  });

  it('does not remove what it has not seen', async () => {
    const { driver, sessions } = setUp();
    await sessions.create('a', jane);
    await recordStore(interrupted(driver, 1), session, quiet).update('a', (current) =>
      current?.user === 'jane' ? 'remove' : 'keep',
    );
    expect((await sessions.get('a'))?.value.user).toBe('rival');
  });

  it('gives up with storage/conflict when it always loses', async () => {
    const { driver } = setUp();
    const unlucky = recordStore(interrupted(driver, 1000), session, { ...quiet, attempts: 7 });
    await expect(unlucky.update('a', () => ({ set: jane }))).rejects.toMatchObject({ code: 'storage/conflict' });
  });
});

/** After each of the first `times` reads, a rival writes the record. */
function interrupted(driver: StorageDriver, times: number): StorageDriver {
  const rival = recordStore(driver, session);
  let left = times;
  return {
    ...driver,
    async get(key) {
      const stored = await driver.get(key);
      left -= 1;
      if (left >= 0) await rival.put(key.slice(1), { ...jane, user: 'rival' });
      return stored;
    },
  };
}
