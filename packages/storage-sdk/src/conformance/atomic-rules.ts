import assert from 'node:assert/strict';
import { z } from 'zod';
import type { Key } from '../key.ts';
import type { RecordKind } from '../record-form.ts';
import { recordStore } from '../record-store.ts';
import { allKeys, atOnce, mustBeGone, mustGet, mustPut } from './expect.ts';
import { mixedRaces } from './mixed-races.ts';
import { inBothWays, type Race } from './race.ts';
import type { Rule } from './rule.ts';

const key: Key = ['thing', 'a'];
const CALLERS = 50;
const ROUNDS = 5;
const UPDATES = 100;

const counter: RecordKind<number> = { kind: 'counter', version: 1, schema: z.number(), encode: (value) => value };

const races: readonly Race[] = [
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
    about: `of ${CALLERS} parallel writes over an expired record exactly one is written, and it stays`,
    async check(drivers, { driver, clock }) {
      await mustPut(driver, key, { value: 'old', expiresAt: clock.in(1) });
      clock.advance(1);
      const outcomes = await atOnce(drivers, CALLERS, (caller, n) => caller.put(key, n, { ifVersion: 'absent' }));
      assert.equal(outcomes.filter(({ written }) => written).length, 1, 'not exactly one writer won');
      const winner = outcomes.findIndex(({ written }) => written);
      assert.equal((await mustGet(driver, key)).value, winner, 'the record is not what the winner wrote');
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

/** Of parallel callers one wins, and what one was told the others see. */
export const atomicRules: readonly Rule[] = [
  ...inBothWays([...races, ...mixedRaces]),
  {
    id: 'replicas/seen-at-once',
    about: 'what one replica was told is written or taken is seen by the other, also by one that has looked before',
    needs: 'replicas',
    async check({ driver, another }) {
      const other = await another();
      for (let round = 0; round < CALLERS; round += 1) {
        const [writer, reader] = round % 2 === 0 ? [driver, other] : [other, driver];
        assert.equal(await reader.get(key), undefined, 'a replica still reads what was taken');
        const first = await mustPut(writer, key, { value: round });
        assert.deepEqual(await reader.get(key), { value: round, version: first });
        const second = await mustPut(writer, key, { value: 'replaced', ifVersion: first });
        assert.deepEqual(await reader.get(key), { value: 'replaced', version: second });
        assert.deepEqual(await allKeys(reader, ['thing']), ['thing/a']);
        await writer.take(key);
        assert.equal(await reader.get(key), undefined, 'a replica still reads what the other has taken');
        assert.deepEqual(await allKeys(reader, ['thing']), [], 'a replica still lists what the other has taken');
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
