import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['1h30m', 5_400_000],
    ['300ms', 300],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1.s', 1000],
    ['-2m', -120_000],
    ['+2m', 120_000],
    ['0', 0],
    ['24h', 86_400_000],
    ['1us', 0.001],
    ['1µs', 0.001],
    ['1m1m', 120_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ms });
  });

  it.each([
    ['1d', 'Write hours: 24h'],
    ['7d12h', 'Write hours: 24h'],
    ['2w', 'Write hours: 24h'],
    ['30', 'Add a unit: 30s'],
    ['', 'is not a duration'],
    ['h', 'is not a duration'],
    ['1 h', 'is not a duration'],
    ['1h ', 'is not a duration'],
    ['1H', 'is not a duration'],
    ['.s', 'is not a duration'],
    ['99999999h', '290 years'],
  ])('refuses %j and says what to write', (text, problem) => {
    expect(parseDuration(text)).toEqual({ problem: expect.stringContaining(problem) });
  });

  it('adds the parts up, whatever they are', () => {
    const parts = fc.tuple(fc.nat(999), fc.nat(59), fc.nat(59));
    fc.assert(
      fc.property(parts, ([h, m, s]) => {
        expect(parseDuration(`${h}h${m}m${s}s`)).toEqual({ ms: ((h * 60 + m) * 60 + s) * 1000 });
      }),
    );
  });
});
