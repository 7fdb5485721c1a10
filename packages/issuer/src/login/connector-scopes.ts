import type { ConnectorScopes } from '@ostiary/connector-sdk';
import { peersOf } from '../checks/scope.ts';
import type { Client } from '../client.ts';
import type { ConnectorEntry } from '../connectors.ts';
import type { IssuerContext } from '../context.ts';
import type { LoginStart } from './begin.ts';

/** Whose tokens, for whom. */
export interface WantedTokens {
  readonly client: Client;
  readonly connector: Pick<ConnectorEntry, 'mapIdentity' | 'userValidationRules'> | undefined;
  readonly scopes: readonly string[];
  /** Client ids that are to accept them, besides those in the scopes. */
  readonly audience?: readonly string[];
}

/**
 * What a connector needs to know. It must tell of groups where a client wants to hear of them, and where a rule may go by
 * them: of the connector, or of a client that is to accept the tokens.
 */
export async function connectorScopes(
  { client, connector, scopes, audience = [] }: WantedTokens,
  { clients }: Pick<IssuerContext, 'clients'>,
): Promise<ConnectorScopes> {
  const peers = await Promise.all([...peersOf(scopes), ...audience].map((id) => clients.find(id)));
  const hasRules = connector?.mapIdentity !== undefined || connector?.userValidationRules !== undefined;
  const groups = scopes.includes('groups') || hasRules || [client, ...peers].some(goesByGroups);
  return { offlineAccess: scopes.includes('offline_access'), groups };
}

/** The same for a login. */
export const scopesOfLogin = (
  { client, entry, authorization: { scopes } }: LoginStart,
  context: Pick<IssuerContext, 'clients'>,
): Promise<ConnectorScopes> => connectorScopes({ client, connector: entry, scopes }, context);

const goesByGroups = (client: Client | undefined): boolean =>
  client?.allowedGroups !== undefined || client?.userValidationRules !== undefined || client?.tokenClaims !== undefined;
