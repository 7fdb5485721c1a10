/**
 * The deadline of a record as milliseconds since 1970, for drivers that keep it as a number.
 *
 * @throws {RangeError} for an invalid date, which a storage could take for "never expires".
 */
export function deadlineMs(expiresAt: Date | undefined): number | undefined {
  const milliseconds = expiresAt?.getTime();
  if (Number.isNaN(milliseconds)) throw new RangeError('expiresAt is not a valid date');
  return milliseconds;
}

/** True while a record exists: its deadline is after `now`. At the deadline itself it is gone. */
export function isLive(deadline: number | undefined, now: Date): boolean {
  return deadline === undefined || deadline > now.getTime();
}
