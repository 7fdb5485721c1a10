import assert from 'node:assert/strict';
import { z } from 'zod';
import type { StorageDriver } from '../driver.ts';
import type { Key } from '../key.ts';
import type { RecordKind } from '../record-form.ts';
import { recordStore } from '../record-store.ts';
import { atOnce, mustBeGone, mustGet, mustPut } from './expect.ts';
import type { Rule, RuleContext } from './rule.ts';

const key: Key = ['thing', 'a'];
const CALLERS = 50;
const ROUNDS = 5;
const UPDATES = 100;

interface AtomicRule {
  readonly id: string;
  readonly about: string;
  check(drivers: readonly StorageDriver[], context: RuleContext): Promise<void>;
}

const counter: RecordKind<number> = { kind: 'counter', version: 1, schema: z.number(), encode: (value) => value };

const races: readonly AtomicRule[] = [
  {
    id: 'take-one-winner',
    about: `of ${CALLERS} parallel takes exactly one gets the record`,
    async check(drivers, { driver }) {
      for (let round = 0; round < ROUNDS; round += 1) {
        await mustPut(driver, key, { value: round });
        const taken = await atOnce(drivers, CALLERS, (caller) => caller.take(key));
        assert.deepEqual(
          taken.filter((stored) => stored !== undefined).map(({ value }) => value),
          [round],
        );
        await mustBeGone(driver, key);
      }
    },
  },
  {
    id: 'put-version-one-winner',
    about: `of ${CALLERS} parallel writes over the same version exactly one is written, and it stays`,
    async check(drivers, { driver }) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const ifVersion = await mustPut(driver, key, { value: 'before' });
        const outcomes = await atOnce(drivers, CALLERS, (caller, index) => caller.put(key, index, { ifVersion }));
        assert.equal(outcomes.filter(({ written }) => written).length, 1, 'not exactly one writer won');
        const winner = outcomes.findIndex(({ written }) => written);
        assert.equal((await mustGet(driver, key)).value, winner, 'the record is not what the winner wrote');
      }
    },
  },
  {
    id: 'put-absent-one-winner',
    about: `of ${CALLERS} parallel writes of a new record exactly one is written, and it stays`,
    async check(drivers, { driver }) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const outcomes = await atOnce(drivers, CALLERS, (caller, index) =>
          caller.put(key, index, { ifVersion: 'absent' }),
        );
        assert.equal(outcomes.filter(({ written }) => written).length, 1, 'not exactly one writer won');
        const winner = outcomes.findIndex(({ written }) => written);
        assert.equal((await driver.take(key))?.value, winner, 'the record is not what the winner wrote');
      }
    },
  },
  {
    id: 'put-expired-one-winner',
    about: `of ${CALLERS} parallel writes over an expired record exactly one is written`,
    async check(drivers, { driver, clock }) {
      await mustPut(driver, key, { value: 'old', expiresAt: clock.in(1) });
      clock.advance(1);
      const outcomes = await atOnce(drivers, CALLERS, (caller, n) => caller.put(key, n, { ifVersion: 'absent' }));
      assert.equal(outcomes.filter(({ written }) => written).length, 1, 'not exactly one writer won');
    },
  },
  {
    id: 'take-or-put',
    about: 'of a parallel take and write of the same version exactly one succeeds',
    async check(drivers, { driver }) {
      for (let round = 0; round < CALLERS; round += 1) {
        const ifVersion = await mustPut(driver, key, { value: round });
        const won = await atOnce(drivers, 2, async (caller, index) =>
          index === round % 2
            ? (await caller.take(key, { ifVersion })) !== undefined
            : (await caller.put(key, 'rotated', { ifVersion })).written,
        );
        assert.equal(won.filter(Boolean).length, 1, 'a rotated record was taken as well, or neither succeeded');
        await driver.take(key);
      }
    },
  },
  {
    id: 'update-none-lost',
    about: `${UPDATES} parallel updates of one record all land`,
    async check(drivers) {
      const results = await atOnce(drivers, UPDATES, (caller) =>
        recordStore(caller, counter, { attempts: 1000 }).update('a', (count = 0) => ({ set: count + 1 })),
      );
      const seen = new Set(results.map((record) => record?.value));
      assert.equal(seen.size, UPDATES, 'two updates believed to have made the same step');
      assert.equal(Math.max(...[...seen].map(Number)), UPDATES);
    },
  },
];

/** Each race runs between callers of one driver, and between callers of three. */
export const atomicRules: readonly Rule[] = [
  ...races.map(
    ({ id, about, check }): Rule => ({
      id: `atomic/${id}`,
      about,
      check: (context) => check([context.driver], context),
    }),
  ),
  ...races.map(
    ({ id, about, check }): Rule => ({
      id: `replicas/${id}`,
      about: `${about}, between replicas`,
      needs: 'replicas',
      check: async (context) => check([context.driver, await context.another(), await context.another()], context),
    }),
  ),
  {
    id: 'replicas/seen-at-once',
    about: 'what one replica was told is written is read by the other',
    needs: 'replicas',
    async check({ driver, another }) {
      const other = await another();
      for (let round = 0; round < CALLERS; round += 1) {
        const version = await mustPut(driver, key, { value: round });
        assert.deepEqual(await other.get(key), { value: round, version });
        await other.take(key);
        assert.equal(await driver.get(key), undefined, 'a replica still reads what the other has taken');
      }
    },
  },
  {
    id: 'replicas/version-new-after-reopen',
    about: 'a driver opened later gives no version again that an earlier one gave',
    needs: 'replicas',
    async check({ driver, another }) {
      const versions = [await mustPut(driver, key, { value: 'same' })];
      for (let round = 0; round < ROUNDS; round += 1) {
        await driver.take(key);
        const next = await another();
        versions.push(await mustPut(next, key, { value: 'same' }), await mustPut(next, key, { value: 'same' }));
      }
      assert.equal(new Set(versions).size, versions.length, 'a version was given twice');
    },
  },
];
