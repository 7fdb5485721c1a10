/** What is said when an answer of an identity provider must not be believed. */
import { type Json, OstiaryError } from '@ostiary/primitives';

/**
 * The error for an answer that must not be believed. The person learns that it is so; what exactly was wrong stands in
 * the log, since whoever forges answers would learn from it.
 *
 * @param reason in half a sentence, for the log.
 * @param detail facts for the log: what was expected, what came.
 */
export function refusal(reason: string, detail: Readonly<Record<string, Json>> = {}, cause?: unknown): OstiaryError {
  const message = 'The answer of the identity provider cannot be trusted. Tell your administrator.';
  return new OstiaryError('upstream/protocol', message, { detail: { reason, ...detail }, cause });
}
