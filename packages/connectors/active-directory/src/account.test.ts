import { describe, expect, it } from 'vitest';
import { stateOf } from './account.ts';

const now = new Date('2030-01-01T00:00:00Z');
/** 100 nanoseconds since 1601, as Windows counts. */
const ticks = (time: string): string => String((BigInt(Date.parse(time)) / 1000n + 11_644_473_600n) * 10_000_000n);

describe('an account', () => {
  it.each([
    ['normal', { userAccountControl: '512' }, 'open'],
    ['disabled', { userAccountControl: '514' }, 'closed'],
    ['locked', { userAccountControl: '512', 'msDS-User-Account-Control-Computed': '16' }, 'locked'],
    ['locked and disabled', { userAccountControl: '514', 'msDS-User-Account-Control-Computed': '16' }, 'closed'],
    ['with an old password', { 'msDS-User-Account-Control-Computed': '8388608' }, 'open'],
    ['that never expires', { accountExpires: '0' }, 'open'],
    ['that never expires, written otherwise', { accountExpires: '9223372036854775807' }, 'open'],
    ['that expires a second from now', { accountExpires: ticks('2030-01-01T00:00:01Z') }, 'open'],
    ['that expires now', { accountExpires: ticks('2030-01-01T00:00:00Z') }, 'closed'],
    ['of which nothing is known', {}, 'open'],
  ])('%s', (_what, attributes, state) => {
    expect(stateOf({ dn: 'CN=x', ...attributes }, now)).toBe(state);
  });
});
