import assert from 'node:assert/strict';
import { type Key, keyToText } from '../key.ts';
import { allKeys, mustGet, mustPut } from './expect.ts';
import type { Rule } from './rule.ts';

const LONG = 500;
/** What the contract promises, counted in the text of the key. */
const LONGEST = 2_000;

/** Pairwise different, and each of them a trap for some way of building names, patterns or statements. */
const awkward: readonly string[] = [
  ...['', ' ', '  ', '.', '..', '/', '//', 'a/', '/a', 'a/b', '%', '%2F', '%252F', 'a%2Fb', ':', '::', 'a:b', '*', '?'],
  ...['[', ']', '[a]', '{', '}', '{a}', '\\', '\\\\', '|', "'", '"', '`', ';', "';--", '_', '-', '~', '!', '(', ')'],
  ...['$', '&', '=', '+', '#', ',', '<', '>', '^', '\n', '\r', '\t', '\u0000', 'a\u0000', '\u0000a', '\u007F'],
  ...['a', 'A', 'aB', 'Ab', 'ß', 'ss', 'SS', 'i', 'I', 'ı', 'İ', '\u00E9', 'e\u0301', 'É', '\u212B', '\u00C5'],
  ...[
    '日本',
    '\u{1F511}',
    '\u200B',
    '\uFEFF',
    '\u{10FFFF}',
    '__proto__',
    'constructor',
    'null',
    'undefined',
    '0',
    '00',
  ],
];

/** Keys are texts, byte for byte. */
export const keyRules: readonly Rule[] = [
  {
    id: 'key/awkward-parts',
    about: 'every text can be part of a key, and different texts make different records',
    async check({ driver }) {
      const keys = awkward.map((part): Key => ['odd', part]);
      await provesDistinct(keys, driver);
    },
  },
  {
    id: 'key/awkward-kinds',
    about: 'every text can be the first part of a key',
    async check({ driver }) {
      await provesDistinct(
        awkward.map((kind): Key => [kind, 'x']),
        driver,
      );
    },
  },
  {
    id: 'key/boundaries',
    about: 'where a part ends is part of the key',
    async check({ driver }) {
      const keys: Key[] = [
        [''],
        ['a'],
        ['a', ''],
        ['a', '', ''],
        ['', 'a'],
        ['', '', 'a'],
        ['a', 'b'],
        ['a/b'],
        ['a', 'b', ''],
      ];
      await provesDistinct([...keys, ['ab'], ['a:b'], ['a', 'b/c'], ['a/b', 'c'], ['a', 'b', 'c'], ['a%2Fb']], driver);
    },
  },
  {
    id: 'key/long-parts',
    about: `parts of ${LONG} characters work, and differ when only their ends differ`,
    async check({ driver }) {
      const mixed = Array.from({ length: LONG - 1 }, (_, n) => String.fromCharCode(97 + ((n * n + 7 * n) % 26))).join(
        '',
      );
      const umlauts = 'äöü'.repeat(80);
      const ends = ['x', 'y', 'X'];
      await provesDistinct(
        ends.flatMap((end): Key[] => [
          ['long', `${mixed}${end}`],
          ['long', `${mixed}-`, `${mixed}${end}`],
          ['long', `${umlauts}${end}`],
        ]),
        driver,
      );
    },
  },
  {
    id: 'key/longest',
    about: `keys of ${LONGEST} bytes work, in one part, in many and with letters that are escaped`,
    async check({ driver }) {
      const keys = ['x', 'y'].flatMap((end): Key[] => [
        ['long', `${'a'.repeat(LONGEST - 6)}${end}`],
        ['many', ...Array.from({ length: 331 }, () => 'parts'), `of-them-${end}`],
        ['ümlaut'.slice(0, 1), `${'ä'.repeat(332)}${end}`],
      ]);
      for (const key of keys) assert.equal(keyToText(key).length, LONGEST);
      await provesDistinct(keys, driver);
    },
  },
];

/** Writes all, reads all, lists all, takes all: each key must be a record of its own. */
async function provesDistinct(keys: readonly Key[], driver: Parameters<typeof mustPut>[0]): Promise<void> {
  for (const [index, key] of keys.entries()) await mustPut(driver, key, { value: index, ifVersion: 'absent' });
  for (const [index, key] of keys.entries()) assert.equal((await mustGet(driver, key)).value, index, keyToText(key));
  assert.deepEqual(await allKeys(driver, []), keys.map(keyToText).sort());
  for (const [index, key] of keys.entries()) assert.equal((await driver.take(key))?.value, index, keyToText(key));
  assert.deepEqual(await allKeys(driver, []), []);
}
