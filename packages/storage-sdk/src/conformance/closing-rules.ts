import assert from 'node:assert/strict';
import { isOstiaryError } from '@ostiary/primitives';
import type { Key } from '../key.ts';
import { allKeys, atOnce, mustGet, mustPut } from './expect.ts';
import type { Rule } from './rule.ts';

const key: Key = ['thing', 'a'];
const CALLS = 20;

const numbered = (index: number): Key => ['thing', `n${index}`];
const old = (index: number): Key => ['old', `n${index}`];

/** What is left when a driver is disposed of. */
export const closingRules: readonly Rule[] = [
  {
    id: 'dispose/closed',
    about: 'a driver that was disposed of answers storage/unavailable, and may be disposed of again',
    async check({ driver }) {
      await mustPut(driver, key, { value: 1 });
      await driver[Symbol.asyncDispose]();
      await driver[Symbol.asyncDispose]();
      const closed = (error: unknown): boolean => isOstiaryError(error, 'storage/unavailable');
      await assert.rejects(() => driver.get(key), closed);
      await assert.rejects(() => driver.put(key, 2, { ifVersion: 'any' }), closed);
      await assert.rejects(() => driver.take(key), closed);
      await assert.rejects(() => allKeys(driver, []), closed);
      await assert.rejects(() => driver.sweep({ limit: 10 }), closed);
    },
  },
  {
    id: 'dispose/waits',
    about: 'disposing waits for the calls under way, and they succeed',
    async check({ driver }) {
      await mustPut(driver, key, { value: 'read' });
      await atOnce([driver], CALLS, (caller, index) => mustPut(caller, old(index), { value: index }));
      const outcomes = Promise.allSettled([
        atOnce([driver], CALLS, (caller, index) => mustPut(caller, numbered(index), { value: index })),
        atOnce([driver], CALLS, (caller) => mustGet(caller, key)),
        atOnce([driver], CALLS, async (caller, index) => assert.ok(await caller.take(old(index)), 'nothing was taken')),
        driver.scan({ prefix: ['thing'], limit: 10 }),
        driver.sweep({ limit: 10 }),
      ]);
      await driver[Symbol.asyncDispose]();
      const failed = (await outcomes).find((outcome) => outcome.status === 'rejected');
      assert.equal(failed?.reason, undefined, 'a call under way was cut off');
    },
  },
  {
    id: 'dispose/keeps-records',
    about: 'records outlive the last driver (waive it for a storage that is not durable)',
    async check({ driver, another }) {
      const version = await mustPut(driver, key, { value: 'kept' });
      const writes = atOnce([driver], CALLS, (caller, index) => mustPut(caller, numbered(index), { value: index }));
      await driver[Symbol.asyncDispose]();
      await writes;
      const later = await another();
      assert.deepEqual(await later.get(key), { value: 'kept', version });
      for (let index = 0; index < CALLS; index += 1) assert.equal((await mustGet(later, numbered(index))).value, index);
    },
  },
];
