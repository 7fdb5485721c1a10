import type { Logger } from '@ostiary/primitives';
import type { StorageDriver } from '@ostiary/storage-sdk';
import type { JobOutcome } from './job.ts';

/** Records in one call, so that one call is short and other callers get in between. */
const PAGE = 500;
/** Calls in one round. What is left is for the next round, which then comes soon. */
const MOST_PAGES = 100;

/**
 * Removes expired records, page by page until none is left, the round is long enough or the server stops. A page that
 * removed nothing ends the round whatever the storage says, so a round always ends.
 */
export async function sweepExpired(storage: StorageDriver, log: Logger, signal: AbortSignal): Promise<JobOutcome> {
  let removed = 0;
  let more = true;
  for (let page = 0; more && page < MOST_PAGES && !signal.aborted; page += 1) {
    const outcome = await storage.sweep({ limit: PAGE });
    removed += outcome.removed;
    more = outcome.more && outcome.removed > 0;
  }
  if (removed > 0) log.info('storage.swept', { removed, more });
  return more ? 'again' : 'done';
}
