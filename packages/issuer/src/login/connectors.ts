import { OstiaryError } from '@ostiary/primitives';
import type { ConnectorEntry } from '../connectors.ts';
import type { IssuerContext } from '../context.ts';
import { grantTypeOf } from '../requests/authorization-request.ts';
import type { Destination } from '../requests/parse-authorization.ts';

/** Whose login it is, and where its answer goes. */
export type LoginTarget = Pick<Destination, 'client' | 'redirectUri'>;

/** The connectors that people may use for this client and this kind of answer, by name. */
export function connectorsFor({ client, ...answer }: LoginTarget, context: IssuerContext): readonly ConnectorEntry[] {
  const grantType = grantTypeOf(answer);
  return context.connectors
    .list()
    .filter((entry) => client.allowedConnectors?.includes(entry.id) ?? true)
    .filter((entry) => entry.grantTypes?.includes(grantType) ?? true)
    .toSorted((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase()) || a.id.localeCompare(b.id));
}

/**
 * One of those connectors.
 *
 * @throws {OstiaryError} `oauth/invalid_request` for an unknown one, `login/not_allowed` for one this client may not use
 */
export function requireConnector(id: string, target: LoginTarget, context: IssuerContext): ConnectorEntry {
  const entry = context.connectors.get(id);
  if (entry === undefined) {
    throw new OstiaryError('oauth/invalid_request', 'Connector ID does not match a valid Connector.', {
      detail: { page: 'unknown_connector', connector: id.slice(0, 200) },
    });
  }
  if (!connectorsFor(target, context).includes(entry)) {
    throw new OstiaryError('login/not_allowed', 'Connector not allowed for this client.', {
      detail: { page: 'connector_not_allowed', connector: id, client: target.client.id },
    });
  }
  return entry;
}
