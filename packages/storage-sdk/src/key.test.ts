import { isOstiaryError } from '@ostiary/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Key, keyPrefix, keyToText, textToKey } from './key.ts';

/** Well-formed text of all planes, with many of the characters that mean something to somebody. */
const part = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  fc.string({ unit: fc.constantFrom('/', '%', '2', 'F', ':', '*', '\u0000', "'", 'a', 'A', 'é', '\u0301') }),
);
const parts = fc.array(part, { maxLength: 4 });
const key = fc.tuple(part, parts).map(([kind, rest]): Key => [kind, ...rest]);

describe('keyToText', () => {
  it('gives every key back', () => {
    fc.assert(
      fc.property(key, (some) => {
        expect(textToKey(keyToText(some))).toEqual(some);
      }),
    );
  });

  it('gives different keys different texts', () => {
    fc.assert(
      fc.property(key, key, (one, two) => {
        expect(keyToText(one) === keyToText(two)).toBe(JSON.stringify(one) === JSON.stringify(two));
      }),
    );
  });

  it('begins with the prefix of exactly the keys below it', () => {
    fc.assert(
      fc.property(parts, fc.oneof(key, fc.constant<Key>(['a'])), (prefix, some) => {
        const below = some.length > prefix.length && prefix.every((text, index) => text === some[index]);
        expect(keyToText(some).startsWith(keyPrefix(prefix))).toBe(below);
      }),
    );
  });

  it('finds keys that do begin with the prefix', () => {
    fc.assert(
      fc.property(fc.tuple(part, parts), parts, part, ([kind, more], rest, last) => {
        const prefix = [kind, ...more];
        expect(keyToText([kind, ...more, ...rest, last]).startsWith(keyPrefix(prefix))).toBe(true);
      }),
    );
  });

  it('uses only characters that are no pattern, quote or separator anywhere', () => {
    fc.assert(
      fc.property(key, (some) => {
        expect(keyToText(some)).toMatch(/^[A-Za-z0-9\-_.~%/]*$/);
      }),
    );
  });

  it.each([[['a', '\uD800'] as const], [['\uDC00'] as const]])('refuses the lone surrogate in %j', (some) => {
    expect(() => keyToText(some)).toThrow(expect.objectContaining({ code: 'storage/corrupt' }));
    expect(() => keyPrefix(some)).toThrow(expect.objectContaining({ code: 'storage/corrupt' }));
  });
});

describe('textToKey', () => {
  it.each(['%', 'a/%zz', '%FF'])('refuses %j, which no key is written as', (text) => {
    const thrown = (() => {
      try {
        return textToKey(text);
      } catch (error) {
        return error;
      }
    })();
    expect(isOstiaryError(thrown, 'storage/corrupt')).toBe(true);
  });
});
