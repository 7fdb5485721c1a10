import { type Key, keyToText, textToKey } from '@ostiary/storage-sdk';
import { runRule } from '@ostiary/storage-sdk/conformance';
import { describe, expect, it } from 'vitest';
import { aMoment, type Defect, openShared, ruleNamed } from './shared-doubles.ts';

const takesAnyForEmpty: Defect = (good) => ({
  take: (key, options) => good.take(key, options?.ifVersion === '' ? {} : options),
});

const cutsKeys: Defect = (good) => {
  const cut = (key: Key): Key => ['cut', keyToText(key).slice(0, 1_500)];
  return {
    get: (key) => good.get(cut(key)),
    put: (key, value, options) => good.put(cut(key), value, options),
    take: (key, options) => good.take(cut(key), options),
  };
};

const restartsVersions: Defect = (good, { versions }) => {
  const known = (key: Key): readonly string[] => versions.get(keyToText(key)) ?? [];
  const real = (key: Key, version: string): string => known(key)[Number(version)] ?? version;
  return {
    async get(key) {
      const stored = await good.get(key);
      return stored && { ...stored, version: String(known(key).indexOf(stored.version)) };
    },
    async put(key, value, options) {
      const outcome = await good.put(key, value, { ...options, ifVersion: real(key, options.ifVersion) });
      if (!outcome.written) return outcome;
      versions.set(keyToText(key), [...known(key), outcome.version]);
      return { written: true, version: String(known(key).length - 1) };
    },
    async sweep() {
      for (const name of versions.keys()) {
        if ((await good.get(textToKey(name))) === undefined) versions.delete(name);
      }
      return { removed: 0, more: false };
    },
  };
};

const keepsCursors: Defect = (good) => {
  const given = new Map<string, string>();
  return {
    async scan({ cursor, ...page }) {
      const at = cursor === undefined ? undefined : given.get(cursor);
      if (cursor !== undefined && at === undefined) return { keys: [] };
      const { keys, cursor: next } = await good.scan({ ...page, ...(at === undefined ? {} : { cursor: at }) });
      if (next === undefined) return { keys };
      given.set(`c${given.size}`, next);
      return { keys, cursor: `c${given.size - 1}` };
    },
  };
};

const forgetsWhenClosed: Defect = (_good, { forget }) => ({ [Symbol.asyncDispose]: async () => forget() });

const cutsOff =
  (verb: 'put' | 'take' | 'scan' | 'sweep'): Defect =>
  (good) => ({
    async [verb](...call: [never, never, never]) {
      await aMoment();
      return good[verb](...call);
    },
  });

/** Looks for what has expired, and removes it a moment later. */
const sweepsSlowly =
  (looksAgain: boolean): Defect =>
  (good, { now, deadlines }) => {
    const isExpired = (deadline: Date | undefined): boolean => deadline !== undefined && deadline <= now();
    return {
      async put(key, value, options) {
        const outcome = await good.put(key, value, options);
        if (outcome.written) deadlines.set(keyToText(key), options.expiresAt);
        return outcome;
      },
      async sweep({ limit }) {
        const names = [...deadlines].filter(([, deadline]) => isExpired(deadline)).map(([name]) => name);
        const chosen = names.slice(0, limit);
        await aMoment();
        for (const name of chosen.filter((one) => !looksAgain || isExpired(deadlines.get(one)))) {
          deadlines.delete(name);
          await good.take(textToKey(name));
        }
        return { removed: chosen.length, more: names.length > limit };
      },
    };
  };

const defects: readonly [name: string, breaks: string, defect: Defect][] = [
  ['takes any state for an empty version', 'take/unknown-version', takesAnyForEmpty],
  ['cuts keys that are longer than most', 'key/longest', cutsKeys],
  ['begins to count versions anew after a sweep', 'version/new-after-sweep', restartsVersions],
  ['keeps its cursors to itself', 'replicas/scan-goes-on', keepsCursors],
  ['forgets its records when it is closed', 'dispose/keeps-records', forgetsWhenClosed],
  ['cuts off writes when it is closed', 'dispose/waits', cutsOff('put')],
  ['cuts off takes when it is closed', 'dispose/waits', cutsOff('take')],
  ['cuts off walks when it is closed', 'dispose/waits', cutsOff('scan')],
  ['cuts off sweeps when it is closed', 'dispose/waits', cutsOff('sweep')],
  ['sweeps what was renewed meanwhile', 'sweep/two-at-once', sweepsSlowly(false)],
  ['counts what another sweep removed', 'sweep/two-at-once', sweepsSlowly(true)],
  ['counts what the sweep of another replica removed', 'replicas/sweep-two-at-once', sweepsSlowly(true)],
];

describe('a rule', () => {
  it.each(defects)('fails a storage that %s: %s', async (_name, id, defect) => {
    await expect(runRule(ruleNamed(id), openShared(defect))).rejects.toMatchObject({ code: 'ERR_ASSERTION' });
  });

  it.each(defects)('does not fail a good one: not "%s" but %s', async (_name, id) => {
    await runRule(
      ruleNamed(id),
      openShared(() => ({})),
    );
  });
});
