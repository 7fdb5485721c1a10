import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import type { VersionedRecord } from '@ostiary/storage-sdk';
import { randomToken } from '@ostiary/token-core';
import { CONNECTOR_SECONDS } from '../checks/in-time.ts';
import { after, epochSeconds, type IssuerContext } from '../context.ts';
import type { RefreshFamily } from '../records/refresh-family.ts';
import type { StoredIdentity } from '../records/stored-identity.ts';

type FamilyRecord = VersionedRecord<RefreshFamily>;

/** A lease longer than anybody waits for a connector, so that it does not end while one is asked. */
const LEASE_SECONDS = CONNECTOR_SECONDS + 10;

/** How long to try to store what a provider gave: longer than a storage restarts, shorter than a server takes to stop. */
const PERSIST_SECONDS = 20;
const PERSIST_PAUSE_MS = 200;

/** One replica's turn to ask the provider about a login. */
export interface Turn {
  /** The record as it is stored now. */
  record(): FamilyRecord;
  /** False when the record has changed meanwhile: the turn is over, and what it hears of the provider is out of date. */
  isMine(): Promise<boolean>;
  /**
   * Stores what is known of the person while the provider is still being asked. What the provider was asked with is
   * spent, so a storage that is away for a moment is waited for.
   *
   * @throws {OstiaryError} `storage/conflict` when the record has changed meanwhile: the login was ended;
   *   `storage/unavailable` when the storage stays away.
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
    async isMine() {
      return (await context.families.get(familyId))?.version === current.version;
    },
    async persist(identity) {
      current = await untilStored(() => store(familyId, { from: current, identity }, context), context);
    },
    async giveUp() {
      if (current.value.lease === undefined) return;
      const { lease: _mine, ...family } = current.value;
      await context.families.replace(familyId, current.version, { set: family, expiresAt: current.expiresAt });
    },
  };
}

/** Begins again for a while when the storage is away. */
async function untilStored<R>(attempt: () => Promise<R>, context: IssuerContext): Promise<R> {
  const deadline = after(context, PERSIST_SECONDS);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const isAway = isOstiaryError(error, 'storage/unavailable');
      if (!isAway || context.now() >= deadline) throw error;
      await context.sleep(PERSIST_PAUSE_MS * context.jitter());
    }
  }
}

async function store(
  familyId: string,
  { from, identity }: { readonly from: FamilyRecord; readonly identity: StoredIdentity },
  context: IssuerContext,
): Promise<FamilyRecord> {
  const holder = from.value.lease?.holder;
  const renewed = holder === undefined ? {} : { lease: newLease(holder, context) };
  const by = { set: { ...from.value, identity, ...renewed }, expiresAt: from.expiresAt };
  const stored = await context.families.replace(familyId, from.version, by);
  if (stored !== undefined) return stored;
  // While our lease is in the record nobody else writes it: it was an attempt before this one, whose answer was lost.
  const found = holder === undefined ? undefined : await context.families.get(familyId);
  if (found !== undefined && found.value.lease?.holder === holder) return found;
  throw new OstiaryError('storage/conflict', 'The login has changed. Please try again.');
}
