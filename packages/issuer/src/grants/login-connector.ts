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
export function loginConnector(connectorId: string, context: IssuerContext): ConnectorEntry {
  const entry = findConnector(connectorId, context);
  if (entry !== undefined) return entry;
  throw new OstiaryError('oauth/invalid_grant', 'The identity provider of this login is not here any more.', {
    detail: { connector: connectorId },
  });
}

/**
 * A connector by its id, if the configuration of this process has it.
 *
 * @throws {OstiaryError} `upstream/unavailable` for one that could not be opened.
 */
export function findConnector(connectorId: string, { connectors }: IssuerContext): ConnectorEntry | undefined {
  const entry = connectors.get(connectorId);
  if (entry === undefined && connectors.isUnavailable?.(connectorId) === true) {
    throw new OstiaryError('upstream/unavailable', 'The identity provider of this login is not available.', {
      detail: { connector: connectorId },
    });
  }
  return entry;
}
