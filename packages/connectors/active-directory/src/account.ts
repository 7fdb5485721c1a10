/** Whether an account may log in at this moment. */
import { type AccountState, firstValue } from '@ostiary/connector-ldap';
import type { Entry } from 'ldapts';

/** Attributes that {@link stateOf} reads. The second is computed by the domain controller when it is asked for. */
export const accountAttributes: readonly string[] = [
  'userAccountControl',
  'msDS-User-Account-Control-Computed',
  'accountExpires',
];

/** Bits of userAccountControl ([MS-ADTS] section 2.2.16). */
const DISABLED = 0x2;
const LOCKED = 0x10;

/** Seconds between 1601, where Windows begins to count, and 1970. */
const epochOffset = 11_644_473_600n;
/** Windows counts in 100 nanoseconds. */
const ticksInSecond = 10_000_000n;
/** Both mean: never. */
const never: ReadonlySet<string> = new Set(['', '0', '9223372036854775807']);

/** `closed` for an account that is disabled or expired, `locked` after wrong passwords. */
export function stateOf(entry: Entry, now: Date): AccountState {
  const control = Number(firstValue(entry, 'userAccountControl'));
  const computed = Number(firstValue(entry, 'msDS-User-Account-Control-Computed'));
  if ((control & DISABLED) !== 0 || hasExpired(firstValue(entry, 'accountExpires'), now)) return 'closed';
  return (computed & LOCKED) === 0 ? 'open' : 'locked';
}

function hasExpired(expires: string, now: Date): boolean {
  if (never.has(expires)) return false;
  const seconds = BigInt(expires) / ticksInSecond - epochOffset;
  return seconds <= BigInt(Math.floor(now.getTime() / 1000));
}
