import type { ConnectorScopes } from '@ostiary/connector-sdk';
import { peersOf } from '../checks/scope.ts';
import type { Client } from '../client.ts';
import type { IssuerContext } from '../context.ts';

/** Whose tokens, for whom. */
export interface WantedTokens {
  readonly client: Client;
  readonly scopes: readonly string[];
  /** Client ids that are to accept them, besides those in the scopes. */
  readonly audience?: readonly string[];
}

/**
 * What a connector needs to know. It must tell of groups where a client wants to hear of them, and where one that is to
 * accept the tokens is for members of groups only.
 */
export async function connectorScopes(
  { client, scopes, audience = [] }: WantedTokens,
  { clients }: Pick<IssuerContext, 'clients'>,
): Promise<ConnectorScopes> {
  const peers = await Promise.all([...peersOf(scopes), ...audience].map((id) => clients.find(id)));
  const isForMembers = [client, ...peers].some((member) => member?.allowedGroups !== undefined);
  return { offlineAccess: scopes.includes('offline_access'), groups: scopes.includes('groups') || isForMembers };
}
