import assert from 'node:assert/strict';
import type { Json } from '@ostiary/primitives';
import type { Key } from '../key.ts';
import { mustGet, mustPut } from './expect.ts';
import type { Rule } from './rule.ts';

const key: Key = ['thing', 'a'];
const MEGABYTE = 1024 * 1024;
const DEEP = 400;

const values: Readonly<Record<string, Json>> = {
  null: null,
  true: true,
  false: false,
  zero: 0,
  'empty text': '',
  'empty object': {},
  'empty list': [],
  'empty things in things': { a: {}, b: [], c: '', d: null, e: [[], {}] },
  'whole numbers at the edges': [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -1, 2 ** 31, 2 ** 32, 2 ** 53],
  'other numbers at the edges': [Number.MAX_VALUE, Number.MIN_VALUE, Number.EPSILON, 0.1 + 0.2, 1e21, -1e-7],
  'texts that look like other things': ['null', 'true', '1', '{}', '"', "'", '%00', '\\u0000', '$1', ':a', '?'],
  'control characters': Array.from({ length: 33 }, (_, code) => `a${String.fromCharCode(code)}b`).join(''),
  'letters of many scripts':
    'ÄöØß ñ 日本語 العربية עברית ไทย \u{1F511}\u{1F468}\u200D\u{1F4BB} \u{10FFFF} \uFEFF \u2028\u2029',
  'two spellings of one letter': ['\u00E9', 'e\u0301'],
  'names of properties': { '': 1, ' ': 2, 'a.b': 3, $set: 4, constructor: 5, toString: 6, length: 7, '0': 8, É: 9 },
  // Written as text: in an object literal, __proto__ would set the prototype.
  'a property __proto__': JSON.parse('{"__proto__":{"admin":true},"a":{"__proto__":1}}') as Json,
  deep: Array.from({ length: DEEP }).reduce<Json>((inner, _, depth) => (depth % 2 === 0 ? [inner] : { inner }), 'core'),
};

/** A value comes back as it was, and belongs to who got it. */
export const valueRules: readonly Rule[] = [
  ...Object.entries(values).map(
    ([name, value]): Rule => ({
      id: `value/${name.replaceAll(' ', '-')}`,
      about: `a value comes back deeply equal: ${name}`,
      async check({ driver }) {
        const version = await mustPut(driver, key, { value });
        assert.deepEqual((await mustGet(driver, key)).value, value);
        await mustPut(driver, key, { value: { around: value }, ifVersion: version });
        assert.deepEqual((await driver.take(key))?.value, { around: value });
      },
    }),
  ),
  {
    id: 'value/one-megabyte',
    about: 'a value of 1 MB comes back whole, also when it replaces another one',
    async check({ driver }) {
      const piece = '0123456789abcde\u00E9';
      const value = { text: piece.repeat(Math.floor(MEGABYTE / Buffer.byteLength(piece)) - 1) };
      const version = await mustPut(driver, key, { value: 1 });
      await mustPut(driver, key, { value, ifVersion: version });
      assert.equal(JSON.stringify((await mustGet(driver, key)).value), JSON.stringify(value));
      assert.equal(JSON.stringify((await driver.take(key))?.value), JSON.stringify(value));
    },
  },
  {
    id: 'value/given-is-copied',
    about: 'changing a value after it was handed to put does not change the record, not even at once',
    async check({ driver }) {
      const list = [1];
      const put = driver.put(key, { list }, { ifVersion: 'any' });
      list.push(2);
      await put;
      list.push(3);
      assert.deepEqual((await mustGet(driver, key)).value, { list: [1] });
    },
  },
  {
    id: 'value/answered-is-copied',
    about: 'changing an answered value does not change the record',
    async check({ driver }) {
      await mustPut(driver, key, { value: { list: [1] } });
      const answered = (await mustGet(driver, key)).value;
      assert.ok(answered !== null && typeof answered === 'object');
      Reflect.set(answered, 'list', 'changed');
      assert.deepEqual((await mustGet(driver, key)).value, { list: [1] });
    },
  },
];
