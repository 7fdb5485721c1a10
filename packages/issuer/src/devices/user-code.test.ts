import { seededRandom } from '@ostiary/connector-sdk/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newUserCode, readUserCode } from './user-code.ts';

describe('a user code', () => {
  it('is two times four consonants, each as likely as the others', () => {
    const random = seededRandom('user codes');
    const counts = new Map<string, number>();
    for (let codes = 0; codes < 5000; codes += 1) {
      const code = newUserCode(random);
      expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
      for (const letter of code.replace('-', '')) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    // 2000 of each are expected; a remainder of bytes without care would give the first sixteen 8 % more.
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(4.5 * Math.sqrt(2000));
    expect(counts.size).toBe(20);
  });

  it.each(['bcdf-ghjk', 'BCDFGHJK', ' bcdf ghjk ', 'Bcdf–Ghjk', 'BCDF.GHJK'])('is read as it is typed: %j', (typed) => {
    expect(readUserCode(typed)).toBe('BCDF-GHJK');
  });

  it.each(['', 'BCDF-GHJ', 'BCDF-GHJKL', 'BCDA-GHJK', 'BCDF_GHJK', 'BCDF-GHJ\u0000', 'ßCDF-GHJK'])(
    'is not read out of %j',
    (typed) => {
      expect(readUserCode(typed)).toBeUndefined();
    },
  );

  it('is never read out of anything but itself', () => {
    fc.assert(
      fc.property(fc.string(), (typed) => {
        const code = readUserCode(typed);
        return code === undefined || readUserCode(code) === code;
      }),
    );
  });
});
