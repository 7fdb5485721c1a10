import { type Identity, identityProblems } from '@ostiary/connector-sdk';
import { OstiaryError } from '@ostiary/primitives';

/**
 * Refuses what a connector answered if it is no identity. A connector may come from anywhere and be written without
 * types; what is wrong must show here, at the connector, and not as a record that nobody can read any more.
 *
 * @throws {OstiaryError} `upstream/protocol` with what is wrong in its detail.
 */
export function requireIdentity(answer: Identity): void {
  const problems = identityProblems(answer);
  if (problems.length === 0) return;
  throw new OstiaryError('upstream/protocol', 'The login failed.', {
    detail: { reason: 'the connector answered no identity', problems },
  });
}
