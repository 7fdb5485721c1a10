import assert from 'node:assert/strict';
import type { Key } from '../key.ts';
import { mustBeGone, mustGet, mustPut, mustRefuse } from './expect.ts';
import type { Rule } from './rule.ts';

const key: Key = ['thing', 'a'];
const MINUTE = 60_000;
const neverGiven = ['0', '-1', 'x'.repeat(300), "'; --", '\u0000', ''];

/** What each verb answers when nobody else is there. */
export const basicRules: readonly Rule[] = [
  {
    id: 'get/absent',
    about: 'answers undefined for a record that was never written',
    async check({ driver }) {
      await mustBeGone(driver, key);
    },
  },
  {
    id: 'put/read-back',
    about: 'a written record is read with its value, its version and no deadline',
    async check({ driver }) {
      const version = await mustPut(driver, key, { value: { n: 1 } });
      assert.deepEqual(await driver.get(key), { value: { n: 1 }, version });
    },
  },
  {
    id: 'put/deadline-read-back',
    about: 'a deadline is read to the millisecond',
    async check({ driver, clock }) {
      const expiresAt = clock.in(12_345);
      const version = await mustPut(driver, key, { value: 1, expiresAt });
      assert.deepEqual(await driver.get(key), { value: 1, version, expiresAt });
      assert.deepEqual(await driver.take(key), { value: 1, version, expiresAt });
    },
  },
  {
    id: 'put/any',
    about: 'ifVersion "any" writes whether there is a record or not',
    async check({ driver }) {
      await mustPut(driver, key, { value: 1, ifVersion: 'any' });
      const version = await mustPut(driver, key, { value: 2, ifVersion: 'any' });
      assert.deepEqual(await driver.get(key), { value: 2, version });
    },
  },
  {
    id: 'put/absent',
    about: 'ifVersion "absent" writes the first time and not over a record',
    async check({ driver }) {
      await mustPut(driver, key, { value: 1, ifVersion: 'absent' });
      await mustRefuse(driver, key, 'absent');
      await driver.take(key);
      await mustPut(driver, key, { value: 2, ifVersion: 'absent' });
    },
  },
  {
    id: 'put/version',
    about: 'ifVersion with a version writes only over that state of that record',
    async check({ driver }) {
      const first = await mustPut(driver, key, { value: 1 });
      const second = await mustPut(driver, key, { value: 2, ifVersion: first });
      await mustRefuse(driver, key, first);
      await mustRefuse(driver, ['thing', 'b'], second);
      const other = await mustPut(driver, ['thing', 'c'], { value: 3 });
      await mustRefuse(driver, key, other);
      assert.equal((await mustGet(driver, key)).value, 2);
    },
  },
  {
    id: 'put/unknown-version',
    about: 'a version that was never given is an ordinary lost race, not an error',
    async check({ driver }) {
      await mustPut(driver, key, { value: 1 });
      for (const version of neverGiven) await mustRefuse(driver, key, version);
    },
  },
  {
    id: 'take/removes',
    about: 'take answers the record once and removes it for every verb',
    async check({ driver }) {
      const version = await mustPut(driver, key, { value: { n: 1 } });
      assert.deepEqual(await driver.take(key), { value: { n: 1 }, version });
      await mustBeGone(driver, key);
    },
  },
  {
    id: 'take/version',
    about: 'take with a version leaves another state of the record where it is',
    async check({ driver }) {
      const first = await mustPut(driver, key, { value: 1 });
      const second = await mustPut(driver, key, { value: 2 });
      assert.equal(await driver.take(key, { ifVersion: first }), undefined);
      assert.equal((await mustGet(driver, key)).value, 2);
      assert.equal((await driver.take(key, { ifVersion: second }))?.value, 2);
      await mustBeGone(driver, key);
    },
  },
  {
    id: 'take/unknown-version',
    about: 'take with a version that was never given, be it empty, takes nothing',
    async check({ driver }) {
      const version = await mustPut(driver, key, { value: 1 });
      for (const ifVersion of neverGiven) assert.equal(await driver.take(key, { ifVersion }), undefined);
      assert.deepEqual(await driver.get(key), { value: 1, version });
    },
  },
  {
    id: 'version/new-at-every-write',
    about: 'every write has a version of its own, also with the same value, also after the record was removed',
    async check({ driver }) {
      const versions: string[] = [];
      for (let round = 0; round < 30; round += 1) {
        versions.push(await mustPut(driver, key, { value: 'same', ifVersion: 'absent' }));
        versions.push(await mustPut(driver, key, { value: 'same', ifVersion: 'any' }));
        versions.push(await mustPut(driver, key, { value: 'same', ifVersion: versions.at(-1) ?? 'absent' }));
        await driver.take(key);
      }
      assert.equal(new Set(versions).size, versions.length, 'a version was given twice');
    },
  },
  {
    id: 'version/new-after-sweep',
    about: 'who read a record that has expired, was swept and made anew cannot overwrite it',
    async check({ driver, clock }) {
      const read = await mustPut(driver, key, { value: 'same', expiresAt: clock.in(MINUTE) });
      clock.advance(MINUTE);
      await driver.sweep({ limit: 10 });
      const anew = await mustPut(driver, key, { value: 'same', ifVersion: 'absent' });
      assert.notEqual(anew, read, 'a version was given twice');
      await mustRefuse(driver, key, read);
      assert.equal(await driver.take(key, { ifVersion: read }), undefined);
    },
  },
  {
    id: 'version/slow-writer',
    about: 'who read a record that was since removed and made anew cannot overwrite it',
    async check({ driver }) {
      const read = await mustPut(driver, key, { value: 'same' });
      await driver.take(key);
      await mustPut(driver, key, { value: 'same', ifVersion: 'absent' });
      await mustRefuse(driver, key, read);
      assert.equal(await driver.take(key, { ifVersion: read }), undefined);
    },
  },
];
