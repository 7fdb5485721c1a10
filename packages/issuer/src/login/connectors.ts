import { OstiaryError } from '@ostiary/primitives';
import type { Client } from '../client.ts';
import type { ConnectorEntry } from '../connectors.ts';
import type { IssuerContext } from '../context.ts';

/** The connectors that people may use for this client, by name. */
export function connectorsFor(client: Client, context: IssuerContext): readonly ConnectorEntry[] {
  return context.connectors
    .list()
    .filter((entry) => client.allowedConnectors?.includes(entry.id) ?? true)
    .filter((entry) => entry.grantTypes?.includes('authorization_code') ?? true)
    .toSorted((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase()) || a.id.localeCompare(b.id));
}

/**
 * One of those connectors.
 *
 * @throws {OstiaryError} `oauth/invalid_request` for an unknown one, `login/not_allowed` for one this client may not use
 */
export function requireConnector(id: string, client: Client, context: IssuerContext): ConnectorEntry {
  const entry = context.connectors.get(id);
  if (entry === undefined) {
    throw new OstiaryError('oauth/invalid_request', 'Connector ID does not match a valid Connector.', {
      detail: { page: 'unknown_connector', connector: id.slice(0, 200) },
    });
  }
  if (!connectorsFor(client, context).includes(entry)) {
    throw new OstiaryError('login/not_allowed', 'Connector not allowed for this client.', {
      detail: { page: 'connector_not_allowed', connector: id, client: client.id },
    });
  }
  return entry;
}
