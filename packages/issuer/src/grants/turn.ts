import { OstiaryError } from '@ostiary/primitives';
import type { VersionedRecord } from '@ostiary/storage-sdk';
import { randomToken } from '@ostiary/token-core';
import { epochSeconds, type IssuerContext } from '../context.ts';
import type { RefreshFamily } from '../records/refresh-family.ts';
import type { StoredIdentity } from '../records/stored-identity.ts';

type FamilyRecord = VersionedRecord<RefreshFamily>;

/** A lease longer than any answer of a provider: connectors give up well before. */
const LEASE_SECONDS = 60;

/** One replica's turn to ask the provider about a login. */
export interface Turn {
  /** The record as it is stored now. */
  record(): FamilyRecord;
  /**
   * Stores what is known of the person while the provider is still being asked.
   *
   * @throws {OstiaryError} `storage/conflict` when the record has changed meanwhile: the login was ended.
   */
  persist(identity: StoredIdentity): Promise<void>;
  /** Lets the next one ask, after this turn came to nothing. Losing a race is fine: the lease ends by itself. */
  giveUp(): Promise<void>;
}

/**
 * Takes the turn to ask the provider. Only a provider whose answers spend what was asked with needs one: two replicas
 * that both present a rotating upstream token would look like a thief to it.
 *
 * @returns `wait` when another replica has the turn.
 */
export async function takeTurn(familyId: string, record: FamilyRecord, context: IssuerContext): Promise<Turn | 'wait'> {
  const refresh = context.connectors.get(record.value.connectorId)?.connector.refresh;
  if (refresh?.kind !== 'upstream' || !refresh.exclusive) return turn(familyId, record, context);
  if (record.value.lease !== undefined && record.value.lease.until > epochSeconds(context.now())) return 'wait';
  const lease = newLease(randomToken(context.random, 12), context);
  const by = { set: { ...record.value, lease }, expiresAt: record.expiresAt };
  const claimed = await context.families.replace(familyId, record.version, by);
  return claimed === undefined ? 'wait' : turn(familyId, claimed, context);
}

const newLease = (holder: string, { now }: IssuerContext): NonNullable<RefreshFamily['lease']> => ({
  holder,
  until: epochSeconds(now()) + LEASE_SECONDS,
});

function turn(familyId: string, first: FamilyRecord, context: IssuerContext): Turn {
  let current = first;
  return {
    record: () => current,
    async persist(identity) {
      const { lease } = current.value;
      const renewed = lease === undefined ? {} : { lease: newLease(lease.holder, context) };
      const by = { set: { ...current.value, identity, ...renewed }, expiresAt: current.expiresAt };
      const replaced = await context.families.replace(familyId, current.version, by);
      if (replaced === undefined)
        throw new OstiaryError('storage/conflict', 'The login has changed. Please try again.');
      current = replaced;
    },
    async giveUp() {
      if (current.value.lease === undefined) return;
      const { lease: _mine, ...family } = current.value;
      await context.families.replace(familyId, current.version, { set: family, expiresAt: current.expiresAt });
    },
  };
}
