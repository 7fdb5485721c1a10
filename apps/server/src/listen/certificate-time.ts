/** Until when a certificate is good, told before clients refuse it. */

/** The time for which a certificate was issued. */
export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

/** What an operator should hear of a certificate that is used all the same: the server may have a wrong clock. */
export interface Concern {
  /** Name of the event in the log. */
  readonly event: 'tls.certificate_not_yet_valid' | 'tls.certificate_expired' | 'tls.certificate_ends_soon';
  /** The same as a sentence about the file. */
  readonly message: string;
}

/** Certificates are renewed weeks before the end, so one week is late. Those that live for days have their last quarter. */
const SOON_MS = 7 * 24 * 60 * 60 * 1000;
const SOON_PART = 0.25;

/** What is to be said of a certificate at a moment; `undefined` while it is good and does not end soon. */
export function concernOf({ from, until }: Validity, at: Date): Concern | undefined {
  const left = until.getTime() - at.getTime();
  if (from > at) {
    const message = `is not valid before ${from.toISOString()}, so clients refuse it. Check the clock, or put another one there.`;
    return { event: 'tls.certificate_not_yet_valid', message };
  }
  if (left <= 0) {
    const message = `expired at ${until.toISOString()}, so clients refuse it. Put a new one there.`;
    return { event: 'tls.certificate_expired', message };
  }
  if (left > Math.min(SOON_MS, SOON_PART * (until.getTime() - from.getTime()))) return undefined;
  const message = `expires at ${until.toISOString()}, which is soon. Put a new one there.`;
  return { event: 'tls.certificate_ends_soon', message };
}
