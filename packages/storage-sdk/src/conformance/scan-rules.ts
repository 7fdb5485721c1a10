import assert from 'node:assert/strict';
import type { StorageDriver } from '../driver.ts';
import { type Key, keyToText, textToKey } from '../key.ts';
import { allKeys, atOnce, mustPut, pages } from './expect.ts';
import type { Rule, TestClock } from './rule.ts';

const MANY = 1_150;
const STABLE = 300;
const MINUTE = 60_000;

async function putAll(driver: StorageDriver, keys: readonly Key[], expiresAt?: Date): Promise<void> {
  const batch = 50;
  for (let begin = 0; begin < keys.length; begin += batch) {
    await atOnce([driver], Math.min(batch, keys.length - begin), async (caller, index) => {
      const key = keys[begin + index];
      assert.ok(key);
      await mustPut(caller, key, { value: index, ...(expiresAt === undefined ? {} : { expiresAt }) });
    });
  }
}

const numbered = (kind: string, count: number): Key[] =>
  Array.from({ length: count }, (_, index): Key => [kind, `n${index}`]);

/** Takes a record, lets it expire, or writes it anew. */
async function leave(
  driver: StorageDriver,
  clock: TestClock,
  { key, how }: { readonly key: Key; readonly how: number },
): Promise<void> {
  if (how === 0) await driver.take(key);
  else await mustPut(driver, key, { value: 'again', ...(how === 1 ? { expiresAt: clock.in(1) } : {}) });
  clock.advance(1);
}

/** A walk lists what is there, all of it, in bounded pages. */
export const scanRules: readonly Rule[] = [
  {
    id: 'scan/prefix-exact',
    about: 'a prefix is parts, not letters: "a" lists what is below a, not ab, not A, not a itself',
    async check({ driver }) {
      const below: Key[] = [
        ['a', 'x'],
        ['a', ''],
        ['a', 'x', 'y'],
        ['a', '\u{10FFFF}'],
        ['a', '~'],
        ['a', '\u0000'],
      ];
      const beside: Key[] = [
        ['a'],
        ['ab', 'x'],
        ['A', 'x'],
        ['a/', 'x'],
        ['a%', 'x'],
        ['a%2F', 'x'],
        ['', 'a', 'x'],
        ['b', 'a'],
      ];
      await putAll(driver, [...below, ...beside]);
      assert.deepEqual(await allKeys(driver, ['a']), below.map(keyToText).sort());
      assert.deepEqual(await allKeys(driver, ['a', 'x']), ['a/x/y']);
      assert.deepEqual(await allKeys(driver, ['nothing']), []);
      assert.deepEqual(await allKeys(driver, []), [...below, ...beside].map(keyToText).sort());
    },
  },
  {
    id: 'scan/prefix-no-pattern',
    about: 'a prefix is no pattern: * ? [ ] _ % \\ stand for themselves',
    async check({ driver }) {
      const odd = ['a*', 'a?', 'a_', 'a%', '[ab]', 'a\\', '\\a', '^a', 'a-z', '*', '?', '_', '%'];
      await putAll(
        driver,
        [...odd, 'ab', 'a', 'b', 'abc'].map((kind): Key => [kind, 'x']),
      );
      for (const kind of odd) assert.deepEqual(await allKeys(driver, [kind]), [keyToText([kind, 'x'])]);
    },
  },
  {
    id: 'scan/pages',
    about: `${MANY} records are listed completely, in pages that respect the limit`,
    async check({ driver }) {
      const keys = numbered('many', MANY);
      await putAll(driver, [...keys, ...numbered('other', 20)]);
      const expected = keys.map(keyToText).sort();
      for (const limit of [100, 1000]) assert.deepEqual(await allKeys(driver, ['many'], limit), expected);
    },
  },
  {
    id: 'scan/small-pages',
    about: 'pages of one key list everything too',
    async check({ driver }) {
      const keys = numbered('few', 40);
      await putAll(driver, [...keys, ...numbered('other', 40)]);
      assert.deepEqual(await allKeys(driver, ['few'], 1), keys.map(keyToText).sort());
    },
  },
  {
    id: 'scan/while-others-write',
    about: 'what exists during the whole walk is listed, though others write, replace and remove meanwhile',
    async check({ driver }) {
      const stable = numbered('busy', STABLE);
      const leaving = Array.from({ length: STABLE }, (_, index): Key => ['busy', `leaving${index}`]);
      await putAll(driver, [...stable, ...leaving]);
      const seen = new Set<string>();
      let round = 0;
      for await (const page of pages(driver, ['busy'], 20)) {
        for (const name of page) seen.add(name);
        await putAll(
          driver,
          [...numbered(`busy`, 10).map(([kind, id]): Key => [kind, `new${round}-${id}`])].slice(0, 5),
        );
        await putAll(driver, stable.slice((round * 7) % STABLE, ((round * 7) % STABLE) + 10));
        for (const key of leaving.splice(0, 10)) await driver.take(key);
        round += 1;
        // Whoever writes five for a page of twenty is caught up with; the bound is for a walk that never ends.
        assert.ok(round < 1000, 'the walk does not end while others write');
      }
      const missing = stable.map(keyToText).filter((name) => !seen.has(name));
      assert.deepEqual(missing, [], 'records that were there all the time were not listed');
    },
  },
  {
    id: 'scan/place-gone',
    about: 'a walk goes on where it was, though what it listed last was taken, has expired or was replaced',
    async check({ driver, clock }) {
      const keys = numbered('place', 60);
      await putAll(driver, keys);
      const found = new Set<string>();
      let round = 0;
      for await (const page of pages(driver, ['place'], 4)) {
        for (const name of page) found.add(name);
        for (const name of page) await leave(driver, clock, { key: textToKey(name), how: round % 3 });
        round += 1;
        assert.ok(round < 1000, 'the walk does not end');
      }
      assert.deepEqual([...found].sort(), keys.map(keyToText).sort());
    },
  },
  {
    id: 'replicas/scan-goes-on',
    about: 'a cursor that one replica gave is good at another, and at one opened later',
    needs: 'replicas',
    async check({ driver, another }) {
      const keys = numbered('walk', 60);
      await putAll(driver, keys);
      const found = new Set<string>();
      let cursor: string | undefined;
      for (let page = 0; page === 0 || cursor !== undefined; page += 1) {
        assert.ok(page < keys.length * 10, 'the walk does not end');
        const reader = page % 2 === 0 ? driver : await another();
        const answer = await reader.scan({ prefix: ['walk'], limit: 7, ...(cursor === undefined ? {} : { cursor }) });
        for (const key of answer.keys) found.add(keyToText(key));
        cursor = answer.cursor;
      }
      assert.deepEqual([...found].sort(), keys.map(keyToText).sort());
    },
  },
  {
    id: 'scan/expired-between',
    about: 'a walk over many expired records reaches the live ones behind them',
    async check({ driver, clock }) {
      const live = numbered('mixed', 30);
      await putAll(
        driver,
        Array.from({ length: 300 }, (_, n): Key => ['mixed', `a${n}`]),
        clock.in(MINUTE),
      );
      await putAll(driver, live);
      await putAll(
        driver,
        Array.from({ length: 300 }, (_, n): Key => ['mixed', `z${n}`]),
        clock.in(MINUTE),
      );
      clock.advance(MINUTE);
      assert.deepEqual(await allKeys(driver, ['mixed'], 10), live.map(keyToText).sort());
    },
  },
];
