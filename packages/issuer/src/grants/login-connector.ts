import { OstiaryError } from '@ostiary/primitives';
import type { ConnectorEntry } from '../connectors.ts';
import type { IssuerContext } from '../context.ts';

/**
 * The connector that a login came through. Without it nothing is granted, and nothing is taken away: another process
 * may have the connector, and this one may get it back.
 *
 * @throws {OstiaryError} `upstream/unavailable` for one that could not be opened; `oauth/invalid_grant` for one that is
 *   not in the configuration of this process.
 */
export function loginConnector(connectorId: string, { connectors }: IssuerContext): ConnectorEntry {
  const entry = connectors.get(connectorId);
  if (entry !== undefined) return entry;
  const detail = { connector: connectorId };
  if (connectors.isUnavailable?.(connectorId) === true) {
    throw new OstiaryError('upstream/unavailable', 'The identity provider of this login is not available.', { detail });
  }
  throw new OstiaryError('oauth/invalid_grant', 'The identity provider of this login is not here any more.', {
    detail,
  });
}
