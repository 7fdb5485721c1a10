import assert from 'node:assert/strict';
import type { StorageDriver } from '../driver.ts';
import { type Key, keyToText } from '../key.ts';
import { allKeys, mustGet, mustPut } from './expect.ts';
import type { Rule, RuleContext } from './rule.ts';

const EXPIRED = 620;
const LIMIT = 100;
const MINUTE = 60_000;

const numbered = (kind: string, count: number): Key[] =>
  Array.from({ length: count }, (_, index): Key => [kind, `n${index}`]);

/** Sweeps to the end; answers how many records went. */
async function sweepAll(driver: StorageDriver, limit: number): Promise<number> {
  let removed = 0;
  for (let calls = 1; calls <= EXPIRED + 1; calls += 1) {
    const outcome = await driver.sweep({ limit });
    assert.ok(outcome.removed <= limit, `a sweep of at most ${limit} removed ${outcome.removed}`);
    assert.ok(!outcome.more || outcome.removed > 0, 'sweep says there is more and removed nothing');
    removed += outcome.removed;
    if (!outcome.more) return removed;
  }
  return assert.fail('sweep says there is more, again and again');
}

/** Sweeping frees space and does nothing else. */
export const sweepRules: readonly Rule[] = [
  {
    id: 'sweep/bounded',
    about: `${EXPIRED} expired records: each call removes at most its limit, makes progress, and the loop ends`,
    async check({ driver, clock }) {
      for (const key of numbered('old', EXPIRED)) await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      clock.advance(MINUTE);
      await sweepAll(driver, LIMIT);
      assert.deepEqual(await driver.sweep({ limit: LIMIT }), { removed: 0, more: false });
    },
  },
  {
    id: 'sweep/frees-space',
    about: 'the expired records are removed, all of them (waive it for a storage that expires records by itself)',
    async check({ driver, clock }) {
      for (const key of numbered('old', LIMIT + 1))
        await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      clock.advance(MINUTE);
      const removed = await sweepAll(driver, LIMIT);
      assert.ok(removed > LIMIT, `${LIMIT + 1} records had expired, ${removed} were removed`);
    },
  },
  {
    id: 'sweep/at-the-boundary',
    about: 'a record is not swept one millisecond before its deadline',
    async check({ driver, clock }) {
      await mustPut(driver, ['thing', 'a'], { value: 1, expiresAt: clock.in(MINUTE) });
      clock.advance(MINUTE - 1);
      assert.deepEqual(await driver.sweep({ limit: LIMIT }), { removed: 0, more: false });
      await mustGet(driver, ['thing', 'a']);
    },
  },
  {
    id: 'sweep/keeps-the-living',
    about: 'live records, renewed ones and those made anew under an expired key are never removed',
    async check({ driver, clock }) {
      const forever = numbered('forever', 30);
      const renewed = numbered('renewed', 30);
      const again = numbered('again', 30);
      for (const key of forever) await mustPut(driver, key, { value: 1 });
      for (const key of [...renewed, ...again]) await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      for (const key of renewed) await mustPut(driver, key, { value: 2, expiresAt: clock.in(2 * MINUTE) });
      for (const key of numbered('old', 30)) await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      clock.advance(MINUTE);
      for (const key of again) await mustPut(driver, key, { value: 2, ifVersion: 'absent' });
      await sweepAll(driver, 7);
      assert.deepEqual(await allKeys(driver, []), [...forever, ...renewed, ...again].map(keyToText).sort());
    },
  },
  {
    id: 'sweep/while-renewing',
    about: 'a record that is renewed while a sweep runs is not lost',
    async check({ driver, clock }) {
      const keys = numbered('race', 60);
      for (const key of keys) await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      clock.advance(MINUTE);
      const renew = keys.map((key) => mustPut(driver, key, { value: 2, ifVersion: 'absent' }));
      await Promise.all([sweepAll(driver, 5), ...renew]);
      for (const key of keys) assert.equal((await mustGet(driver, key)).value, 2);
    },
  },
  {
    id: 'sweep/two-at-once',
    about: 'of two sweeps at once each record is counted by one at most, and one that is renewed meanwhile is not lost',
    check: (context) => checkTwoSweeps([context.driver, context.driver], context),
  },
  {
    id: 'replicas/sweep-two-at-once',
    about: 'the same between replicas',
    needs: 'replicas',
    check: async (context) => checkTwoSweeps([context.driver, await context.another()], context),
  },
];

async function checkTwoSweeps(
  drivers: readonly StorageDriver[],
  { driver, clock }: Pick<RuleContext, 'driver' | 'clock'>,
): Promise<void> {
  const renewed = numbered('race', 60);
  const old = numbered('old', 120);
  for (const key of [...renewed, ...old]) await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
  clock.advance(MINUTE);
  const sweeps = Promise.all(drivers.map((sweeper) => sweepAll(sweeper, 5)));
  // One after the other, so that some are renewed between what a sweep looks at and what it removes.
  for (const key of renewed) await mustPut(driver, key, { value: 2, ifVersion: 'absent' });
  const removed = (await sweeps).reduce((sum, count) => sum + count, 0);
  const expired = renewed.length + old.length;
  assert.ok(removed <= expired, `${expired} records had expired, and ${removed} were counted as removed`);
  for (const key of renewed) assert.equal((await mustGet(driver, key)).value, 2);
}
