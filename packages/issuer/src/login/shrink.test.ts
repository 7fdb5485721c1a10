import type { Json } from '@ostiary/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shrink, unshrink } from './shrink.ts';

describe('shrink', () => {
  it('gives back what it was given, whatever the text', () => {
    const value = fc.record({ state: fc.string({ unit: 'binary' }), keep: fc.jsonValue() }, { noNullPrototype: true });
    fc.assert(
      fc.property(value, (given) => {
        const json = JSON.parse(JSON.stringify(given)) as Json;
        expect(unshrink(shrink(json, 1_000_000))).toEqual(json);
      }),
    );
  });

  it('is shorter for the address of a page, and nothing for a value that is too long', () => {
    const value = { state: '%2Fexplore%3Forg%3D1%26from%3Dnow-1h'.repeat(20) };
    expect(JSON.stringify(shrink(value, 1000)).length).toBeLessThan(200);
    expect(shrink(value, 700)).toBeUndefined();
  });

  it.each([undefined, null, 'text', { id: 'a' }, { deflated: 1 }])('leaves %j alone when it is read', (value) => {
    expect(unshrink(value)).toBe(value);
  });
});
