import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashToken, safeEqual } from './hash-token.ts';
import { randomToken } from './random-token.ts';

describe('hashToken', () => {
  it('is SHA-256 as base64url', () => {
    expect(hashToken('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
    expect(hashToken('ä')).toBe(createHash('sha256').update('ä').digest('base64url'));
  });
});

describe('safeEqual', () => {
  it.each([
    ['', '', true],
    ['secret', 'secret', true],
    ['secret', 'Secret', false],
    ['secret', 'secret ', false],
    ['secret', '', false],
    ['', 'x'.repeat(100_000), false],
  ])('compares %j and %j', (a, b, equal) => {
    expect(safeEqual(a, b)).toBe(equal);
    expect(safeEqual(b, a)).toBe(equal);
  });

  it('says what === says about any two texts', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(fc.property(text, text, (a, b) => safeEqual(a, b) === (a === b) && safeEqual(a, a)));
  });
});

describe('randomToken', () => {
  it('writes 32 random bytes as URL-safe text', () => {
    expect(randomToken((length) => new Uint8Array(length).fill(255))).toBe(`${'_'.repeat(42)}8`);
  });

  it('takes as many bytes as it is told', () => {
    expect(randomToken((length) => new Uint8Array(length), 3)).toBe('AAAA');
  });
});
