import { describe, expect, it } from 'vitest';
import { isClosed } from './account.ts';

const now = new Date('2030-01-01T00:00:00Z');
/** 100 nanoseconds since 1601, as Windows counts. */
const ticks = (time: string): string => String((BigInt(Date.parse(time)) / 1000n + 11_644_473_600n) * 10_000_000n);

describe('an account', () => {
  it.each([
    ['normal', { userAccountControl: '512' }, false],
    ['disabled', { userAccountControl: '514' }, true],
    ['locked', { userAccountControl: '512', 'msDS-User-Account-Control-Computed': '16' }, true],
    ['with an old password', { 'msDS-User-Account-Control-Computed': '8388608' }, false],
    ['that never expires', { accountExpires: '0' }, false],
    ['that never expires, written otherwise', { accountExpires: '9223372036854775807' }, false],
    ['that expires a second from now', { accountExpires: ticks('2030-01-01T00:00:01Z') }, false],
    ['that expires now', { accountExpires: ticks('2030-01-01T00:00:00Z') }, true],
    ['of which nothing is known', {}, false],
  ])('%s', (_what, attributes, closed) => {
    expect(isClosed({ dn: 'CN=x', ...attributes }, now)).toBe(closed);
  });
});
