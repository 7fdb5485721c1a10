import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ratios, summarize } from './statistics.ts';

describe('summarize', () => {
  it('takes the middle, or the mean of the two in the middle', () => {
    expect(summarize([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 });
    expect(summarize([4, 1, 2, 9])).toEqual({ median: 3, min: 1, max: 9 });
  });

  it('does not depend on the order, and has half of the samples on either side', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (samples) => {
        const { median, min, max } = summarize(samples);
        expect(summarize(samples.toReversed())).toEqual({ median, min, max });
        expect(samples.filter((sample) => sample < median).length).toBeLessThanOrEqual(samples.length / 2);
        expect(samples.filter((sample) => sample > median).length).toBeLessThanOrEqual(samples.length / 2);
        expect(min).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('makes no figure of nothing', () => {
    expect(() => summarize([])).toThrow(RangeError);
  });
});

describe('ratios', () => {
  it('divides round by round', () => {
    expect(ratios([10, 30], [20, 10])).toEqual([0.5, 3]);
  });

  it('refuses samples that do not pair', () => {
    expect(() => ratios([1, 2], [1])).toThrow(RangeError);
  });
});
