import { describe, expect, it } from 'vitest';
import { deadlineMs, isLive } from './deadline.ts';
import { randomVersion } from './version.ts';

describe('deadlines', () => {
  it('are milliseconds, or nothing', () => {
    expect(deadlineMs(new Date(1234))).toBe(1234);
    expect(deadlineMs(undefined)).toBeUndefined();
  });

  it('are never an invalid date', () => {
    expect(() => deadlineMs(new Date('soon'))).toThrow(RangeError);
  });

  it('end a record at the deadline, not after it', () => {
    expect(isLive(1000, new Date(999))).toBe(true);
    expect(isLive(1000, new Date(1000))).toBe(false);
    expect(isLive(undefined, new Date(8.64e15))).toBe(true);
  });
});

describe('randomVersion', () => {
  it('is 96 bits of the given randomness, as text that needs no escaping', () => {
    expect(randomVersion((length) => new Uint8Array(length).fill(255))).toBe('________________');
  });
});
