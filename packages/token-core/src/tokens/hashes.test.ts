import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { halfHash } from './hashes.ts';

const value = 'ya29.CjHSA1l5WUn8xZ6HanHFzzdHdbXm-14rxnC7JHch9eFIsZkQEGoWzaYG4o7k5f6BnPLj';

describe('halfHash', () => {
  it.each(['RS256', 'ES256'] as const)('is the left half of SHA-256 for %s', (alg) => {
    expect(halfHash(value, alg)).toBe('piwt8oCH-K2D9pXlaS1Y-w');
  });

  it('is the left half of SHA-512 for EdDSA', () => {
    const whole = createHash('sha512').update(value).digest();
    expect(halfHash(value, 'EdDSA')).toBe(whole.subarray(0, 32).toString('base64url'));
  });
});
