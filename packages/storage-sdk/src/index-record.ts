import type { Clock } from '@ostiary/primitives';
import { z } from 'zod';
import { deadlineMs, isLive } from './deadline.ts';
import type { StorageDriver } from './driver.ts';
import type { RecordKind } from './record-form.ts';
import { type RecordId, recordStore } from './record-store.ts';
import type { RetryOptions } from './retry.ts';

/** One entry of an index: the id of another record, and the moment from which it does not count any more. */
export interface IndexMember {
  readonly id: string;
  readonly expiresAt?: Date | undefined;
}

/** Where an index record is and how large it may grow. */
export interface IndexOptions {
  /** First part of every key, unique in a storage: `user-families`. */
  readonly kind: string;
  readonly now: Clock;
  /** Members one owner may have, at least 1; one more pushes out the one that was added first. Default 1000. */
  readonly limit?: number;
  readonly retry?: RetryOptions;
}

/**
 * What belongs to an owner ("all refresh families of this user"), in one record per owner. An index finds things, it
 * does not decide about them: between the write of a member and the write of the index a process may die, so whoever
 * lists reads the members themselves, and a missing one is not an error.
 */
export interface IndexRecord {
  /**
   * Adds a member, or gives it a new deadline; it is then the newest.
   *
   * @returns the ids that were pushed out by the limit, for the caller to end what they stand for.
   * @throws {RangeError} for an invalid date, which would become "never".
   * @throws {OstiaryError} `storage/conflict` when it lost too often against others.
   */
  add(owner: RecordId, member: IndexMember): Promise<readonly string[]>;
  /** Removes a member; the record goes with the last one. Nothing happens when it is not there. */
  remove(owner: RecordId, id: string): Promise<void>;
  /** The members that have not expired, in the order they were added. */
  list(owner: RecordId): Promise<readonly IndexMember[]>;
}

const DEFAULT_LIMIT = 1000;

/** Opens an index. Every write drops the expired members, so a record does not grow with its past. */
export function indexRecord(driver: StorageDriver, options: IndexOptions): IndexRecord {
  const { now, limit = DEFAULT_LIMIT, retry } = options;
  const store = recordStore(driver, memberList(options.kind), retry);
  const live = (members: readonly IndexMember[] = []) =>
    members.filter(({ expiresAt }) => isLive(expiresAt?.getTime(), now()));
  return {
    async add(owner, member) {
      deadlineMs(member.expiresAt);
      let pushedOut: readonly string[] = [];
      await store.update(owner, (current) => {
        const others = live(current).filter(({ id }) => id !== member.id);
        const kept = [...others, member].slice(-limit);
        pushedOut = others.slice(0, others.length + 1 - kept.length).map(({ id }) => id);
        return { set: kept, expiresAt: lastDeadline(kept) };
      });
      return pushedOut;
    },
    async remove(owner, id) {
      await store.update(owner, (current) => {
        if (!current?.some((member) => member.id === id)) return 'keep';
        const others = live(current).filter((member) => member.id !== id);
        return others.length === 0 ? 'remove' : { set: others, expiresAt: lastDeadline(others) };
      });
    },
    list: async (owner) => live((await store.get(owner))?.value),
  };
}

/** The index is needed as long as its longest member; one without a deadline keeps it for ever. */
function lastDeadline(members: readonly IndexMember[]): Date | undefined {
  const deadlines = members.map(({ expiresAt }) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
  const last = Math.max(...deadlines);
  return Number.isFinite(last) ? new Date(last) : undefined;
}

const storedMembers = z
  .array(z.tuple([z.string(), z.number().nullable()]))
  .transform((pairs) =>
    pairs.map(([id, deadline]): IndexMember => (deadline === null ? { id } : { id, expiresAt: new Date(deadline) })),
  );

function memberList(kind: string): RecordKind<readonly IndexMember[]> {
  return {
    kind,
    version: 1,
    schema: storedMembers,
    encode: (members) => members.map(({ id, expiresAt }) => [id, expiresAt?.getTime() ?? null]),
  };
}
