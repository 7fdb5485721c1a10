/** Whether an account may log in at this moment. */
import { firstValue } from '@ostiary/connector-ldap';
import type { Entry } from 'ldapts';

/** Attributes that {@link isClosed} reads. The second is computed by the domain controller when it is asked for. */
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

/** True for an account that is disabled, locked after wrong passwords, or expired. */
export function isClosed(entry: Entry, now: Date): boolean {
  const control = Number(firstValue(entry, 'userAccountControl'));
  const computed = Number(firstValue(entry, 'msDS-User-Account-Control-Computed'));
  if ((control & DISABLED) !== 0 || (computed & LOCKED) !== 0) return true;
  const expires = firstValue(entry, 'accountExpires');
  if (never.has(expires)) return false;
  const seconds = BigInt(expires) / ticksInSecond - epochOffset;
  return seconds <= BigInt(Math.floor(now.getTime() / 1000));
}
