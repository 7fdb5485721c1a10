import type { Clock, Json } from '@ostiary/primitives';
import { type Key, keyToText, type StorageDriver, textToKey } from '@ostiary/storage-sdk';
import { type OpenDriver, rules, runStorageConformance, type Waiver } from '@ostiary/storage-sdk/conformance';
import { describe, expect, it } from 'vitest';
import { StorageModel } from '../src/conformance/model.ts';
import { modelDriver } from './model-driver.ts';

const noSweep: Waiver = { rule: 'sweep/frees-space', because: 'the model keeps what has expired' };
const oneCopy = 'the double has its records to itself';

/** Opens a double that differs from the model in the verbs it is given. */
type Defect = (good: StorageDriver, now: Clock) => Partial<StorageDriver>;

const openWith =
  (defect: Defect): OpenDriver =>
  async ({ now }) => {
    const good = modelDriver(now);
    return { ...good, ...defect(good, now) };
  };

async function failedRules(open: OpenDriver): Promise<readonly string[]> {
  const results = await runStorageConformance(open, { waived: [noSweep], noReplicas: oneCopy, ruleTimeout: 5_000 });
  return results.filter(({ outcome }) => outcome === 'failed').map(({ rule }) => rule);
}

const aMoment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const foldKeys = (good: StorageDriver, fold: (text: string) => string): Partial<StorageDriver> => {
  const folded = (key: Key): Key => textToKey(key.map((part) => encodeURIComponent(fold(part))).join('/'));
  return {
    get: (key) => good.get(folded(key)),
    put: (key, value, options) => good.put(folded(key), value, options),
    take: (key, options) => good.take(folded(key), options),
  };
};

const defects: readonly [name: string, breaks: readonly string[], defect: Defect][] = [
  [
    'reads and then removes',
    ['atomic/take-one-winner'],
    (good) => ({
      async take(key, options) {
        const stored = await good.get(key);
        await aMoment();
        await good.take(key, options);
        return stored;
      },
    }),
  ],
  [
    'compares and then writes',
    ['atomic/put-version-one-winner', 'atomic/put-absent-one-winner', 'atomic/update-none-lost', 'atomic/take-or-put'],
    (good) => ({
      async put(key, value, options) {
        const current = await good.get(key);
        await aMoment();
        const holds = options.ifVersion === 'any' || options.ifVersion === (current?.version ?? 'absent');
        return holds ? good.put(key, value, { ...options, ifVersion: 'any' }) : { written: false };
      },
    }),
  ],
  [
    'ignores deadlines',
    ['expiry/get', 'expiry/take', 'expiry/take-version', 'expiry/put-absent', 'expiry/put-version', 'expiry/scan'],
    () => {
      const good = modelDriver(() => new Date(0));
      return { ...good };
    },
  ],
  [
    'keeps a record at its deadline',
    ['expiry/get', 'expiry/take', 'expiry/put-absent', 'expiry/scan', 'model/random-operations'],
    (_, now) => modelDriver(() => new Date(now().getTime() - 1)),
  ],
  ['looks at the clock of the machine', ['expiry/given-clock', 'expiry/get'], () => modelDriver(() => new Date())],
  [
    'forgets the deadline it is given',
    ['put/deadline-read-back', 'expiry/get'],
    (good) => ({
      put: (key, value, { ifVersion }) => good.put(key, value, { ifVersion }),
    }),
  ],
  [
    'counts versions per record, from one',
    ['version/new-at-every-write', 'version/slow-writer'],
    (good) => {
      const counts = new Map<string, string[]>();
      const real = (key: Key, version: string): string => counts.get(keyToText(key))?.[Number(version) - 1] ?? version;
      return {
        async get(key) {
          const stored = await good.get(key);
          return stored && { ...stored, version: String(counts.get(keyToText(key))?.length) };
        },
        async put(key, value, options) {
          const outcome = await good.put(key, value, { ...options, ifVersion: real(key, options.ifVersion) });
          if (!outcome.written) return outcome;
          const versions = [
            ...(options.ifVersion === 'absent' ? [] : (counts.get(keyToText(key)) ?? [])),
            outcome.version,
          ];
          counts.set(keyToText(key), versions);
          return { written: true, version: String(versions.length) };
        },
      };
    },
  ],
  [
    'takes a prefix for letters',
    ['scan/prefix-exact', 'scan/prefix-no-pattern'],
    (good) => ({
      async scan(options) {
        const all = await good.scan({ prefix: [], limit: 10_000 });
        return { keys: all.keys.filter((key) => keyToText(key).startsWith(options.prefix.join('/'))) };
      },
    }),
  ],
  ['ignores the limit of a page', ['scan/pages'], (good) => ({ scan: (o) => good.scan({ ...o, limit: 10_000 }) })],
  [
    'pages by counting',
    ['scan/while-others-write'],
    (good) => ({
      async scan({ prefix, limit, cursor = '0' }) {
        const { keys } = await good.scan({ prefix, limit: 10_000 });
        const end = Number(cursor) + limit;
        const page = { keys: keys.slice(Number(cursor), end) };
        return end < keys.length ? { ...page, cursor: String(end) } : page;
      },
    }),
  ],
  ['gives a cursor for ever', ['scan/pages'], () => ({ scan: async () => ({ keys: [], cursor: 'again' }) })],
  [
    'says there is more to sweep for ever',
    ['sweep/bounded'],
    () => ({ sweep: async () => ({ removed: 0, more: true }) }),
  ],
  ['sweeps without a limit', ['sweep/bounded'], () => ({ sweep: async () => ({ removed: 1_000, more: false }) })],
  [
    'sweeps the living',
    ['sweep/keeps-the-living'],
    (good) => ({
      async sweep({ limit }) {
        const { keys } = await good.scan({ prefix: [], limit });
        for (const key of keys) await good.take(key);
        return { removed: keys.length, more: keys.length > 0 };
      },
    }),
  ],
  [
    'hands out what it keeps',
    ['value/given-is-copied', 'value/answered-is-copied'],
    (_, now) => {
      const model = new StorageModel(now);
      return {
        get: async (key) => {
          const record = model.get(keyToText(key));
          return record && { ...record, version: String(record.version) };
        },
        put: async (key, value) => {
          const version = model.put(keyToText(key), value, { ifVersion: 'any' });
          return version === undefined ? { written: false } : { written: true, version: String(version) };
        },
      };
    },
  ],
  [
    'copies values by assignment',
    ['value/a-property-__proto__'],
    (good) => ({ put: (key, value, options) => good.put(key, assigned(value), options) }),
  ],
  ['does not tell upper from lower case', ['key/awkward-parts'], (good) => foldKeys(good, (s) => s.toLowerCase())],
  ['normalises keys', ['key/awkward-parts'], (good) => foldKeys(good, (text) => text.normalize('NFC'))],
  ['cuts long keys', ['key/long-parts'], (good) => foldKeys(good, (text) => text.slice(0, 255))],
  [
    'takes an invalid date for never',
    ['expiry/invalid-date'],
    (good) => ({
      put: (key, value, { ifVersion, expiresAt }) =>
        good.put(key, value, expiresAt?.getTime() ? { ifVersion, expiresAt } : { ifVersion }),
    }),
  ],
  ['goes on after it was closed', ['dispose/closed'], () => ({ async [Symbol.asyncDispose]() {} })],
];

/** A copy made the careless way: a property `__proto__` sets the prototype and is lost. */
function assigned(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(assigned);
  const copy: { [name: string]: Json } = {};
  for (const [name, inner] of Object.entries(value)) copy[name] = assigned(inner);
  return copy;
}

/** Reads and then removes, behind a lock that other drivers do not see. */
function takesOneAfterTheOther(good: StorageDriver): StorageDriver {
  let before: Promise<unknown> = Promise.resolve();
  return {
    ...good,
    take(key, options) {
      const taken = before.then(async () => {
        const stored = await good.get(key);
        await aMoment();
        const found = options?.ifVersion === undefined || options.ifVersion === stored?.version;
        if (found) await good.take(key);
        return found ? stored : undefined;
      });
      before = taken.catch(() => undefined);
      return taken;
    },
    async [Symbol.asyncDispose]() {
      await before;
      await good[Symbol.asyncDispose]();
    },
  };
}

describe('runStorageConformance', () => {
  it('finds nothing wrong with the model', async () => {
    const shared = new Map<string, StorageModel>();
    const results = await runStorageConformance(
      async ({ now, namespace }) => {
        const model = shared.get(namespace) ?? new StorageModel(now);
        shared.set(namespace, model);
        return modelDriver(now, model);
      },
      { waived: [noSweep] },
    );
    expect(results.filter(({ outcome }) => outcome !== 'passed')).toEqual([
      { rule: noSweep.rule, outcome: 'waived', because: noSweep.because },
    ]);
    expect(results).toHaveLength(rules.length);
  });

  it.each(defects)('fails a storage that %s', async (_name, breaks, defect) => {
    expect(await failedRules(openWith(defect))).toEqual(expect.arrayContaining([...breaks]));
  });

  it('fails a storage that has its records to itself when the replica rules are not waived', async () => {
    const results = await runStorageConformance(async ({ now }) => modelDriver(now), { waived: [noSweep] });
    const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ rule }) => rule);
    expect(failed).toEqual(expect.arrayContaining(['replicas/seen-at-once', 'replicas/update-none-lost']));
  });

  it('fails a storage whose verbs are atomic within one driver only', async () => {
    const shared = new Map<string, StorageModel>();
    const open: OpenDriver = async ({ now, namespace }) => {
      const model = shared.get(namespace) ?? new StorageModel(now);
      shared.set(namespace, model);
      return takesOneAfterTheOther(modelDriver(now, model));
    };
    const results = await runStorageConformance(open, { waived: [noSweep] });
    const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ rule }) => rule);
    expect(failed).toEqual(['replicas/take-one-winner']);
  });

  it('fails a rule that hangs, and goes on with the next', async () => {
    const open = openWith(() => ({ get: () => new Promise(() => undefined) }));
    const results = await runStorageConformance(open, { ruleTimeout: 2, noReplicas: oneCopy });
    expect(results[0]).toMatchObject({ rule: 'get/absent', outcome: 'failed' });
    expect(String(results[0] && 'error' in results[0] && results[0].error)).toContain('did not end within 2 ms');
    expect(results).toHaveLength(rules.length);
  });

  it('fails every rule of a storage that cannot be opened', async () => {
    const results = await runStorageConformance(() => Promise.reject(new Error('no such host')));
    expect(results.every((result) => result.outcome === 'failed' && result.error.message === 'no such host')).toBe(
      true,
    );
  });

  it.each([
    [{ waived: [{ rule: 'take/thrice', because: 'x' }] }, 'no such rule'],
    [{ waived: [{ rule: 'take/removes', because: ' ' }] }, 'gives no reason'],
    [{ noReplicas: '' }, 'gives no reason'],
  ])('refuses the waiver %j', async (options, problem) => {
    await expect(runStorageConformance(async ({ now }) => modelDriver(now), options)).rejects.toThrow(problem);
  });

  it('has rules with different names', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });
});
