import { OstiaryError } from '@ostiary/primitives';
import type { VersionedRecord } from '@ostiary/storage-sdk';
import { randomToken } from '@ostiary/token-core';
import { epochSeconds, type IssuerContext } from '../context.ts';
import { connectorScopes } from '../login/begin.ts';
import type { RefreshFamily } from '../records/refresh-family.ts';
import { restoreIdentity, type StoredIdentity, storeIdentity } from '../records/stored-identity.ts';

type FamilyRecord = VersionedRecord<RefreshFamily>;

/** A lease longer than any answer of a provider: connectors give up well before. */
const LEASE_SECONDS = 60;

/**
 * Takes the turn to ask the provider. Only a provider whose answers spend what was asked with needs one: two replicas
 * that both present a rotating upstream token would look like a thief to it.
 *
 * @returns the record to go on with, or `wait` when another replica has the turn.
 */
export async function claimTurn(
  familyId: string,
  record: FamilyRecord,
  context: IssuerContext,
): Promise<FamilyRecord | 'wait'> {
  const refresh = context.connectors.get(record.value.connectorId)?.connector.refresh;
  if (refresh?.kind !== 'upstream' || !refresh.exclusive) return record;
  const now = epochSeconds(context.now());
  if (record.value.lease !== undefined && record.value.lease.until > now) return 'wait';
  const lease = { holder: randomToken(context.random, 12), until: now + LEASE_SECONDS };
  const by = { set: { ...record.value, lease }, expiresAt: record.expiresAt };
  const claimed = await context.families.replace(familyId, record.version, by);
  return claimed ?? 'wait';
}

/** Lets the next one ask, after the provider could not be asked. Losing the race is fine: the lease ends by itself. */
export async function giveUpTurn(familyId: string, mine: FamilyRecord, context: IssuerContext): Promise<void> {
  if (mine.value.lease === undefined) return;
  const { lease: _mine, ...family } = mine.value;
  await context.families.replace(familyId, mine.version, { set: family, expiresAt: mine.expiresAt });
}

/**
 * The identity as it is now: asked for at the provider, or the one of the login where the provider cannot be asked and
 * its time is not over.
 *
 * @throws {OstiaryError} `upstream/unavailable` when the provider cannot be asked at the moment
 */
export async function renewIdentity(
  family: RefreshFamily,
  context: IssuerContext,
): Promise<StoredIdentity | 'rejected'> {
  const refresh = context.connectors.get(family.connectorId)?.connector.refresh;
  if (refresh === undefined) return 'rejected';
  if (refresh.kind === 'reuse') {
    const now = epochSeconds(context.now());
    const ends = Math.min(family.authTime + refresh.maxAgeSeconds, family.identity.authentication?.expires ?? Infinity);
    return now < ends ? family.identity : 'rejected';
  }
  const known = await restoreIdentity(family.identity, context.sealer);
  const renewed = await refresh.refresh({ identity: known, scopes: connectorScopes(family) });
  if (renewed === 'rejected') return 'rejected';
  if (renewed.userId !== known.userId) {
    // Another person's identity under this person's session: never, whatever the reason.
    throw new OstiaryError('oauth/invalid_grant', 'The login is over. Please log in again.', {
      detail: { reason: 'the provider answered with another user id', connector: family.connectorId },
    });
  }
  return storeIdentity(renewed, context.sealer, { identity: known, stored: family.identity });
}
