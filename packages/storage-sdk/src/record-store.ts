import type { StorageDriver, Stored, TakeOptions, Version } from './driver.ts';
import type { Key } from './key.ts';
import { decodeRecord, encodeRecord, type RecordKind } from './record-form.ts';
import { type RetryOptions, retryConflicts } from './retry.ts';

/** One part of an id, or several (`[connectorId, userId]`). */
export type RecordId = string | readonly string[];

/** A record as it was read: its value, and the version to compare with when it is replaced. */
export interface VersionedRecord<T> {
  readonly value: T;
  readonly version: Version;
  readonly expiresAt?: Date;
}

/** How long a record stays. */
export interface RecordOptions {
  /** The moment from which the record is gone; absent: it stays. */
  readonly expiresAt?: Date | undefined;
}

/** A record as it shall be: its value and its deadline. Without `expiresAt` it stays. */
export interface Successor<T> extends RecordOptions {
  readonly set: T;
}

/** What an update wants: another value, no write at all, or no record. */
export type Change<T> = Successor<T> | 'keep' | 'remove';

/** Typed records of one kind above a {@link StorageDriver}. */
export interface RecordStore<T> {
  get(id: RecordId): Promise<VersionedRecord<T> | undefined>;
  /** Makes a record. `false` when there is one already. */
  create(id: RecordId, value: T, options?: RecordOptions): Promise<boolean>;
  /** Writes whatever was there. */
  put(id: RecordId, value: T, options?: RecordOptions): Promise<void>;
  /** Compare and set: writes only if the record is still `from`. `undefined` when somebody else was first. */
  replace(id: RecordId, from: Version, by: Successor<T>): Promise<VersionedRecord<T> | undefined>;
  /** Reads and removes; of parallel callers at most one gets it. With `ifVersion`, only if the record is still that. */
  take(id: RecordId, options?: TakeOptions): Promise<T | undefined>;
  /**
   * Reads, asks `change`, compares and sets, and begins again when somebody else was faster, so `change` may run
   * several times and must have no effects. It is given the value and the deadline that are there; what it sets has
   * no deadline unless it says so. Answers the record as it is afterwards.
   *
   * @throws {OstiaryError} `storage/conflict` when it lost too often.
   */
  update(
    id: RecordId,
    change: (current: T | undefined, expiresAt: Date | undefined) => Change<T>,
  ): Promise<VersionedRecord<T> | undefined>;
  /** Pages through the ids of this kind. For administration only. */
  list(page: { readonly limit: number; readonly cursor?: string }): Promise<{
    readonly ids: readonly (readonly string[])[];
    readonly cursor?: string;
  }>;
}

/**
 * @param driver where the records live.
 * @param kind what they are.
 * @param retry how often and how patiently {@link RecordStore.update} begins again.
 */
export function recordStore<T>(driver: StorageDriver, kind: RecordKind<T>, retry: RetryOptions = {}): RecordStore<T> {
  const key = (id: RecordId): Key => [kind.kind, ...(typeof id === 'string' ? [id] : id)];
  const write = async (
    id: RecordId,
    { ifVersion, value, options }: Write<T>,
  ): Promise<VersionedRecord<T> | undefined> => {
    const expiry = options?.expiresAt === undefined ? {} : { expiresAt: options.expiresAt };
    const outcome = await driver.put(key(id), encodeRecord(kind, value), { ifVersion, ...expiry });
    return outcome.written ? { value, version: outcome.version, ...expiry } : undefined;
  };
  const read = (stored: Stored | undefined): VersionedRecord<T> | undefined =>
    stored && { ...stored, value: decodeRecord(kind, stored.value) };

  return {
    get: async (id) => read(await driver.get(key(id))),
    create: async (id, value, options) => (await write(id, { ifVersion: 'absent', value, options })) !== undefined,
    put: async (id, value, options) => void (await write(id, { ifVersion: 'any', value, options })),
    replace: (id, from, by) => write(id, { ifVersion: from, value: by.set, options: by }),
    take: async (id, options) => read(await driver.take(key(id), options))?.value,
    update: (id, change) =>
      retryConflicts(async () => {
        const current = read(await driver.get(key(id)));
        const wanted = change(current?.value, current?.expiresAt);
        if (wanted === 'keep') return { record: current };
        if (wanted === 'remove') return remove(driver, key(id), current);
        const record = await write(id, { ifVersion: current?.version ?? 'absent', value: wanted.set, options: wanted });
        return record === undefined ? 'conflict' : { record };
      }, retry),
    async list({ limit, cursor }) {
      const page = await driver.scan({ prefix: [kind.kind], limit, ...(cursor === undefined ? {} : { cursor }) });
      const ids = page.keys.map(([, ...parts]) => parts);
      return page.cursor === undefined ? { ids } : { ids, cursor: page.cursor };
    },
  };
}

interface Write<T> {
  readonly ifVersion: Version | 'absent' | 'any';
  readonly value: T;
  readonly options: RecordOptions | undefined;
}

/** Removes the state that was read; `conflict` when the record is no longer in it. */
async function remove<T>(
  driver: StorageDriver,
  key: Key,
  current: VersionedRecord<T> | undefined,
): Promise<{ readonly record: undefined } | 'conflict'> {
  if (current === undefined) return { record: undefined };
  const taken = await driver.take(key, { ifVersion: current.version });
  return taken === undefined ? 'conflict' : { record: undefined };
}
