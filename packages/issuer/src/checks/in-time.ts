import { OstiaryError } from '@ostiary/primitives';

/**
 * Seconds that a connector may take for an answer. What it asks has limits of its own, which should be shorter, for they
 * tell the log who did not answer; this one is for a connector that has forgotten one, or asks much in a row, so that
 * nobody waits for ever, and nothing behind them.
 */
export const CONNECTOR_SECONDS = 50;

/**
 * What a connector answers, unless it takes too long.
 *
 * @throws {OstiaryError} `upstream/unavailable` when it does; else what the connector rejects with.
 */
export async function inTime<T>(connectorId: string, answer: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(tooLate(connectorId)), CONNECTOR_SECONDS * 1000);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(connector: string): OstiaryError {
  return new OstiaryError('upstream/unavailable', 'The identity provider does not answer. Please try again.', {
    detail: { connector, reason: `the connector has not answered for ${CONNECTOR_SECONDS} seconds` },
  });
}
