import type { Refresh } from '@ostiary/connector-sdk';
import { OstiaryError, type Secret } from '@ostiary/primitives';
import { inTime } from '../checks/in-time.ts';
import type { Client } from '../client.ts';
import { epochSeconds, type IssuerContext } from '../context.ts';
import { acceptIdentity } from '../login/accept-identity.ts';
import { connectorScopes } from '../login/connector-scopes.ts';
import type { RefreshFamily } from '../records/refresh-family.ts';
import {
  type KnownIdentity,
  restoreIdentity,
  type StoredIdentity,
  storeIdentity,
  withConnectorData,
} from '../records/stored-identity.ts';
import { loginConnector } from './login-connector.ts';
import type { Turn } from './turn.ts';

/**
 * The identity as it is now: asked for at the provider, or the one of the login where the provider cannot be asked and
 * its time is not over.
 *
 * @returns `rejected` when the login is over for good.
 * @throws {OstiaryError} `upstream/unavailable` when the provider cannot be asked at the moment; `upstream/protocol`
 *   when the connector answers no identity; `oauth/invalid_grant` when this process has no way to ask it; `seal/invalid`
 *   when what it is asked with cannot be read any more.
 */
export async function renewIdentity(
  turn: Turn,
  client: Client,
  context: IssuerContext,
): Promise<StoredIdentity | 'rejected'> {
  const family = turn.record().value;
  const entry = loginConnector(family.connectorId, context);
  const { refresh } = entry.connector;
  if (refresh === undefined) throw notRenewable(family);
  if (refresh.kind === 'reuse') {
    return epochSeconds(context.now()) < reuseEnd(family, refresh) ? family.identity : 'rejected';
  }
  let known: KnownIdentity = {
    identity: await restoreIdentity(family.identity, context.sealer),
    stored: family.identity,
  };
  const { identity } = known;
  const ask = {
    identity,
    scopes: await connectorScopes({ client, connector: entry, scopes: family.scopes }, context),
    async persist(connectorData: Secret) {
      const stored = await withConnectorData(family.identity, connectorData, context.sealer);
      known = { identity: { ...identity, connectorData }, stored };
      await turn.persist(known.stored);
    },
  };
  const renewed = await inTime(family.connectorId, refresh.refresh(ask));
  if (renewed === 'rejected') return 'rejected';
  const accepted = acceptIdentity(renewed, entry, family.identity);
  if (accepted.userId !== identity.userId) throw anotherPerson(family);
  return storeIdentity(accepted, context.sealer, known);
}

/** Until when a login is good that nobody can be asked about, in seconds since the epoch. */
export function reuseEnd(
  { authTime, identity }: Pick<RefreshFamily, 'authTime' | 'identity'>,
  { maxAgeSeconds }: Extract<Refresh, { readonly kind: 'reuse' }>,
): number {
  return Math.min(authTime + maxAgeSeconds, identity.authentication?.expires ?? Infinity);
}

/** Another process, or a later configuration, may renew it. */
function notRenewable({ connectorId }: RefreshFamily): OstiaryError {
  return new OstiaryError('oauth/invalid_grant', 'Logins of this identity provider cannot be renewed.', {
    detail: { connector: connectorId },
  });
}

/** Another person's identity under this person's session: never, whatever the reason. */
function anotherPerson({ connectorId }: RefreshFamily): OstiaryError {
  return new OstiaryError('oauth/invalid_grant', 'The login is over. Please log in again.', {
    detail: { reason: 'the provider answered with another user id', connector: connectorId },
  });
}
