import type { RandomBytes } from '@ostiary/primitives';
import type { SweepOutcome } from '@ostiary/storage-sdk';
import { EXPIRES_LABEL, type RecordHead, SHARD_LABEL, SHARDS, shard } from './record-object.ts';
import type { Records } from './records.ts';

/** As many in one shard mean some thousands in all: too many for one list. */
const MANY_IN_A_SHARD = 5;
const AT_ONCE = 8;

/** What a sweep works with. */
export interface SweepOptions {
  readonly records: Pick<Records, 'select' | 'remove'>;
  readonly random: RandomBytes;
  readonly now: number;
  readonly limit: number;
  /** A version that the lists must have seen; `0`: none. */
  readonly notBefore: string;
}

/**
 * Removes expired records. The API server finds them by a label in its cache, however many others there are. Such a list
 * has no limit, so one shard is looked at first: where it has many, after an outage of days, it is swept by itself.
 */
export async function sweep({ records, random, now, limit, notBefore }: SweepOptions): Promise<SweepOutcome> {
  const expired = `${EXPIRES_LABEL}<${now + 1}`;
  const one = shard((random(1)[0] ?? 0) % SHARDS);
  const sample = await records.select(`${expired},${SHARD_LABEL}=${one}`, notBefore);
  const isMany = sample.length >= MANY_IN_A_SHARD;
  const found = isMany ? sample : await records.select(expired, notBefore);
  const removed = await removeSome(records, found, limit);
  // Of what others removed meanwhile, nothing is left to do.
  return { removed, more: removed > 0 && (isMany || found.length > limit) };
}

/**
 * Removes so many of them, some at a time, where they have not changed since. The cache is a moment late: what is gone
 * already is passed over.
 */
async function removeSome(
  records: Pick<Records, 'remove'>,
  heads: readonly RecordHead[],
  limit: number,
): Promise<number> {
  let removed = 0;
  let trying = 0;
  const rest = heads.values();
  const worker = async (): Promise<void> => {
    while (removed + trying < limit) {
      const { value: head } = rest.next();
      if (head === undefined) return;
      trying += 1;
      const isGone = await records.remove(head);
      trying -= 1;
      if (isGone) removed += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return removed;
}
