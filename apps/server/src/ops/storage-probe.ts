/** Whether the storage can do its work. One with a full disk, or one that became a replica, goes on answering reads. */
import { type Clock, OstiaryError, type RandomBytes } from '@ostiary/primitives';
import { type Key, randomVersion, type StorageDriver } from '@ostiary/storage-sdk';

export interface StorageProbeDeps {
  readonly storage: Pick<StorageDriver, 'get' | 'put' | 'take'>;
  readonly now: Clock;
  readonly random: RandomBytes;
}

/** A write that succeeded counts for so long, so that a flood of probes is no flood of writes. */
const WRITE_EVERY_MS = 10_000;
/** The record is taken at once; if that fails, it is gone after this. */
const KEEP_MS = 60_000;

/** Makes a probe that writes a record and takes it away, or only reads when that was done a moment ago. */
export function storageProbe(deps: StorageProbeDeps): () => Promise<void> {
  const { storage, now, random } = deps;
  // Replicas must not take the records of each other.
  const key: Key = ['health', randomVersion(random)];
  let writtenAt = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    const at = now().getTime();
    await writeAndTake(key, deps);
    writtenAt = at;
  };
  return async () => {
    const age = now().getTime() - writtenAt;
    if (age >= 0 && age < WRITE_EVERY_MS) return void (await storage.get(key));
    writing ??= write().finally(() => {
      writing = undefined;
    });
    await writing;
  };
}

async function writeAndTake(key: Key, { storage, now }: StorageProbeDeps): Promise<void> {
  await storage.put(key, null, { ifVersion: 'any', expiresAt: new Date(now().getTime() + KEEP_MS) });
  if ((await storage.take(key)) === undefined) {
    throw new OstiaryError('storage/unavailable', 'The storage does not keep what it is given.');
  }
}
