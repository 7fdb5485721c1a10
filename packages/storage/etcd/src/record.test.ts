import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { deadlineText, endOf, keySpace, parseValue, parseVersion, toStored, toValue, toVersion } from './record.ts';

const key = ['code', 'a'] as const;
const mark = 'abcdefgh-_ABCDEF';
const deadline = 1_923_456_789_000;

describe('the value of a record', () => {
  it.each([[deadline], [undefined], [0]])('is read as it was written, with the deadline %s', (given) => {
    const record = { deadline: given, mark, json: '{"a": " 1"}' };
    expect(parseValue(key, toValue(record))).toEqual(record);
  });

  it('begins with the deadline, in the order of time, and with none last', () => {
    const deadlines = [-5, 0, 9, 10, deadline, 8.64e15, undefined];
    const texts = deadlines.map(deadlineText);
    expect(texts.toSorted()).toEqual(texts);
    expect(new Set(texts.map((text) => text.length))).toEqual(new Set([16]));
  });

  it('of somebody else is refused, and not quoted', () => {
    for (const value of ['', 'hush', `${mark} hush`, `0001 ${mark} hush`]) {
      const error = (() => {
        try {
          return parseValue(key, value);
        } catch (thrown) {
          return thrown;
        }
      })();
      expect(error).toMatchObject({ code: 'storage/corrupt', detail: { kind: 'code' } });
      expect(inspect(error, { depth: 9 })).not.toContain('hush');
    }
  });

  it('is what the contract has, a deadline included', () => {
    const stored = { value: { a: 1 }, version: `${mark}.${deadline}`, expiresAt: new Date(deadline) };
    expect(toStored(key, { deadline, mark, json: '{"a":1}' })).toEqual(stored);
    expect(toStored(key, { deadline: undefined, mark, json: '1' })).toEqual({ value: 1, version: mark });
  });
});

describe('a version', () => {
  it('says the state of a record', () => {
    for (const state of [
      { mark, deadline },
      { mark, deadline: undefined },
    ]) {
      expect(parseVersion(toVersion(state))).toEqual(state);
    }
  });

  it.each(['', '0', '-1', `${mark}x`, `${mark}.`, `${mark}.-1`, `${mark}.12345678901234567`, `${mark} `])(
    'of others is none: %j',
    (text) => {
      expect(parseVersion(text)).toBeUndefined();
    },
  );
});

describe('the keys of a namespace', () => {
  it('begin with it as it is, and end before those of another', () => {
    const space = keySpace('dex');
    expect(space).toEqual({ all: 'dexostiary/', records: 'dexostiary/records/', expires: 'dexostiary/expires/' });
    expect(endOf(space.all)).toBe('dexostiary0');
    expect('dexostiary/~' < endOf(space.all)).toBe(true);
  });
});
