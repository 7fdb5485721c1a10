import type { Json } from '@ostiary/primitives';
import { type Key, keyPrefix, keyToText, type StorageDriver, type Stored, textToKey } from '@ostiary/storage-sdk';
import { runRule } from '@ostiary/storage-sdk/conformance';
import { describe, expect, it } from 'vitest';
import { aMoment, type Defect, openShared, ruleNamed } from './shared-doubles.ts';

/** Reads, and writes over what it has read. Who lost is told that nothing was written. */
const comparesForAny: Defect = (good) => ({
  async put(key, value, options) {
    if (options.ifVersion !== 'any') return good.put(key, value, options);
    const current = await good.get(key);
    await aMoment();
    return good.put(key, value, { ...options, ifVersion: current?.version ?? 'absent' });
  },
});

/** Writes the value after the version, and the slower ones later. */
const writesValuesApart: Defect = (good) => {
  const values = new Map<string, Json>();
  let writes = 0;
  return {
    async get(key) {
      const stored = await good.get(key);
      return stored && { ...stored, value: values.get(keyToText(key)) ?? null };
    },
    async put(key, value, options) {
      const outcome = await good.put(key, value, options);
      writes += 1;
      for (let pause = writes % 3; pause < 3; pause += 1) await aMoment();
      if (outcome.written) values.set(keyToText(key), value);
      return outcome;
    },
  };
};

/** Two statements: reads, and removes whatever is there then. The number of removed records makes one the winner. */
const takesWhatItDidNotRead: Defect = (good) => ({
  async take(key, options) {
    const stored = await good.get(key);
    await aMoment();
    const removed = await good.take(key, options);
    return removed && stored;
  },
});

const takesUnlessChanged: Defect = (good) => ({
  async take(key, { ifVersion } = {}) {
    const stored = await good.get(key);
    await aMoment();
    return stored && good.take(key, { ifVersion: ifVersion ?? stored.version });
  },
});

/** Removes a record that it finds expired, a moment after it found it. */
const cleansUp =
  (verb: 'get' | 'take' | 'scan'): Defect =>
  (good, { now, deadlines }) => {
    const clean = async (name: string): Promise<void> => {
      const deadline = deadlines.get(name);
      if (deadline === undefined || deadline > now()) return;
      await aMoment();
      await good.take(textToKey(name));
    };
    return {
      async put(key, value, options) {
        const outcome = await good.put(key, value, options);
        if (outcome.written) deadlines.set(keyToText(key), options.expiresAt);
        return outcome;
      },
      async [verb](...call: [Key & Parameters<StorageDriver['scan']>[0]]) {
        const answer = await good[verb](...call);
        for (const name of deadlines.keys()) await clean(name);
        return answer;
      },
    };
  };

/** Keeps what it has read until it writes itself. */
const remembers =
  (what: 'records' | 'absence'): Defect =>
  (good) => {
    const kept = new Map<string, Stored | undefined>();
    return {
      async get(key) {
        const name = keyToText(key);
        if (kept.has(name)) return kept.get(name);
        const stored = await good.get(key);
        if ((stored === undefined) === (what === 'absence')) kept.set(name, stored);
        return stored;
      },
      async put(key, ...write) {
        kept.delete(keyToText(key));
        return good.put(key, ...write);
      },
      async take(key, options) {
        kept.delete(keyToText(key));
        return good.take(key, options);
      },
    };
  };

/** Looks for the record it listed last, and goes on at the place where that is. */
const losesItsPlace: Defect = (good) => ({
  async scan({ prefix, limit, cursor }) {
    const names = (await good.scan({ prefix: [], limit: 10_000 })).keys.map(keyToText);
    const begin = cursor === undefined ? 0 : names.indexOf(cursor) + 1 || names.length;
    const rest = names.slice(begin).filter((name) => name.startsWith(keyPrefix(prefix)));
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    const keys = page.map(textToKey);
    return rest.length > limit && last !== undefined ? { keys, cursor: last } : { keys };
  },
});

const overwritesWhenRefused: Defect = (good, { deadlines, now }) => ({
  async put(key, value, options) {
    const deadline = deadlines.get(keyToText(key));
    const outcome = await good.put(key, value, options);
    if (outcome.written && options.expiresAt !== undefined) deadlines.set(keyToText(key), options.expiresAt);
    const wasExpired = deadline !== undefined && deadline <= now();
    if (!outcome.written && wasExpired) await good.put(key, value, { ...options, ifVersion: 'any' });
    return outcome;
  },
});

const defects: readonly [name: string, breaks: string, defect: Defect][] = [
  ['may refuse a write without a condition', 'put-any-all-written', comparesForAny],
  ['writes value and version in two steps', 'put-any-all-written', writesValuesApart],
  ['removes another state than it answers', 'take-while-written', takesWhatItDidNotRead],
  ['takes nothing when somebody writes', 'take-while-written', takesUnlessChanged],
  ['removes what was renewed while it read', 'get-while-renewed', cleansUp('get')],
  ['removes what was renewed while it took', 'take-while-renewed', cleansUp('take')],
  ['removes what was renewed while it listed', 'scan-while-renewed', cleansUp('scan')],
  ['writes over an expired record what it calls refused', 'put-expired-one-winner', overwritesWhenRefused],
].flatMap(([name, rule, defect]) =>
  ['atomic', 'replicas'].map((way) => [name, `${way}/${rule}`, defect] as [string, string, Defect]),
);

const others: typeof defects = [
  ['remembers a record that another replica has replaced', 'replicas/seen-at-once', remembers('records')],
  ['remembers that there was no record', 'replicas/seen-at-once', remembers('absence')],
  ['ends a walk when the record it listed last is gone', 'scan/place-gone', losesItsPlace],
];

describe('a rule', () => {
  it.each([...defects, ...others])('fails a storage that %s: %s', async (_name, id, defect) => {
    await expect(runRule(ruleNamed(id), openShared(defect))).rejects.toMatchObject({ code: 'ERR_ASSERTION' });
  });

  it.each([...defects, ...others])('does not fail a good one: not "%s" but %s', async (_name, id) => {
    await runRule(
      ruleNamed(id),
      openShared(() => ({})),
    );
  });
});
