import assert from 'node:assert/strict';
import type { Key } from '../key.ts';
import { allKeys, mustBeGone, mustGet, mustPut, mustRefuse } from './expect.ts';
import type { Rule } from './rule.ts';

const key: Key = ['thing', 'a'];
const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;

/** A record with a deadline is there before it, and gone at it. */
export const expiryRules: readonly Rule[] = [
  {
    id: 'expiry/get',
    about: 'get finds a record one millisecond before its deadline, and not at it',
    async check({ driver, clock }) {
      await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      clock.advance(MINUTE - 1);
      await mustGet(driver, key);
      clock.advance(1);
      assert.equal(await driver.get(key), undefined, 'get found a record at its deadline');
    },
  },
  {
    id: 'expiry/take',
    about: 'take finds a record one millisecond before its deadline, and not at it',
    async check({ driver, clock }) {
      await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      await mustPut(driver, ['thing', 'b'], { value: 2, expiresAt: clock.in(MINUTE) });
      clock.advance(MINUTE - 1);
      assert.equal((await driver.take(['thing', 'b']))?.value, 2);
      clock.advance(1);
      assert.equal(await driver.take(key), undefined, 'take found a record at its deadline');
    },
  },
  {
    id: 'expiry/take-version',
    about: 'take with the right version finds no expired record',
    async check({ driver, clock }) {
      const ifVersion = await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      clock.advance(MINUTE);
      assert.equal(await driver.take(key, { ifVersion }), undefined);
    },
  },
  {
    id: 'expiry/put-absent',
    about: 'an expired record counts as absent: "absent" is refused before the deadline and written at it',
    async check({ driver, clock }) {
      await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      clock.advance(MINUTE - 1);
      await mustRefuse(driver, key, 'absent');
      clock.advance(1);
      const version = await mustPut(driver, key, { value: 2, ifVersion: 'absent' });
      assert.deepEqual(await driver.get(key), { value: 2, version });
    },
  },
  {
    id: 'expiry/put-version',
    about: 'an expired record cannot be replaced by its version',
    async check({ driver, clock }) {
      const version = await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      clock.advance(MINUTE);
      await mustRefuse(driver, key, version);
    },
  },
  {
    id: 'expiry/scan',
    about: 'scan lists a record before its deadline, and not at it',
    async check({ driver, clock }) {
      await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      await mustPut(driver, ['thing', 'b'], { value: 1 });
      clock.advance(MINUTE - 1);
      assert.deepEqual(await allKeys(driver, ['thing']), ['thing/a', 'thing/b']);
      clock.advance(1);
      assert.deepEqual(await allKeys(driver, ['thing']), ['thing/b']);
    },
  },
  {
    id: 'expiry/later',
    about: 'a later write replaces the deadline, also by an earlier one',
    async check({ driver, clock }) {
      const version = await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      await mustPut(driver, key, { value: 2, ifVersion: version, expiresAt: clock.in(10 * MINUTE) });
      clock.advance(9 * MINUTE);
      await mustGet(driver, key);
      await mustPut(driver, key, { value: 3, expiresAt: clock.in(1) });
      clock.advance(1);
      await mustBeGone(driver, key);
    },
  },
  {
    id: 'expiry/removed',
    about: 'a later write without a deadline removes it',
    async check({ driver, clock }) {
      await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      const version = await mustPut(driver, key, { value: 2 });
      clock.advance(50 * YEAR);
      assert.deepEqual(await driver.get(key), { value: 2, version });
    },
  },
  {
    id: 'expiry/refused-write',
    about: 'a refused write does not touch the deadline',
    async check({ driver, clock }) {
      await mustPut(driver, key, { value: 1, expiresAt: clock.in(MINUTE) });
      await driver.put(key, 2, { ifVersion: 'absent', expiresAt: clock.in(10 * MINUTE) });
      await driver.put(key, 2, { ifVersion: 'no such version' });
      clock.advance(MINUTE);
      await mustBeGone(driver, key);
    },
  },
  {
    id: 'expiry/past',
    about: 'a record written with a deadline that has passed is not there',
    async check({ driver, clock }) {
      await mustPut(driver, key, { value: 1 });
      await mustPut(driver, key, { value: 2, expiresAt: clock.now() });
      await mustBeGone(driver, key);
      await mustPut(driver, key, { value: 3, expiresAt: clock.in(-50 * YEAR) });
      await mustBeGone(driver, key);
    },
  },
  {
    id: 'expiry/given-clock',
    about: 'only the given clock counts, be it decades behind or ahead of that of the machine',
    async check({ driver, clock }) {
      for (const moment of ['1999-12-31T23:59:59.999Z', '2120-01-01T00:00:00.000Z']) {
        clock.set(new Date(moment));
        const version = await mustPut(driver, key, { value: 1, ifVersion: 'absent', expiresAt: clock.in(2) });
        assert.deepEqual(await driver.get(key), { value: 1, version, expiresAt: clock.in(2) });
        clock.advance(1);
        const next = await mustPut(driver, key, { value: 2, ifVersion: version, expiresAt: clock.in(2) });
        clock.advance(1);
        assert.equal((await driver.take(key, { ifVersion: next }))?.value, 2);
      }
    },
  },
  {
    id: 'expiry/invalid-date',
    about: 'an invalid date is refused: it must not become "never"',
    async check({ driver }) {
      await mustPut(driver, key, { value: 1 });
      await assert.rejects(() => driver.put(key, 2, { ifVersion: 'any', expiresAt: new Date(Number.NaN) }));
      assert.equal((await mustGet(driver, key)).value, 1);
    },
  },
];
