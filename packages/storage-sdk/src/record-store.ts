import { isJsonObject, type Json, OstiaryError } from '@ostiary/primitives';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { StorageDriver, Stored, Version } from './driver.ts';
import type { Key } from './key.ts';
import { type RetryOptions, retryConflicts } from './retry.ts';

/** One part of an id, or several (`[connectorId, userId]`). */
export type RecordId = string | readonly string[];

/**
 * A kind of record: its name in keys, the version of its form, how to read it and how to write it.
 *
 * When the form changes: raise `version`, keep a reader for the version before in `upgrades`, and add a golden file.
 */
export interface RecordKind<T> {
  /** First part of every key, unique in a storage: `refresh-family`. */
  readonly kind: string;
  /** Version of the stored form, counted from 1. */
  readonly version: number;
  /** Reads the stored form. Must be synchronous. */
  readonly schema: StandardSchemaV1<unknown, T>;
  /** The stored form of a value: the inverse of `schema`. */
  encode(value: T): Json;
  /** For older versions: turns the form of version N (the property) into the form of version N + 1. */
  readonly upgrades?: { readonly [version: number]: (old: Json) => Json };
}

export interface VersionedRecord<T> {
  readonly value: T;
  readonly version: Version;
  readonly expiresAt?: Date;
}

export interface RecordOptions {
  /** The moment from which the record is gone; absent: it stays. */
  readonly expiresAt?: Date | undefined;
}

/** What an update wants: another value, no write at all, or no record. */
export type Change<T> = { readonly set: T; readonly expiresAt?: Date | undefined } | 'keep' | 'remove';

/** Typed records of one kind above a {@link StorageDriver}. */
export interface RecordStore<T> {
  get(id: RecordId): Promise<VersionedRecord<T> | undefined>;
  /** Makes a record. `false` when there is one already. */
  create(id: RecordId, value: T, options?: RecordOptions): Promise<boolean>;
  /** Writes whatever was there. */
  put(id: RecordId, value: T, options?: RecordOptions): Promise<void>;
  /** Compare and set: writes only if the record is still `from`. `undefined` when somebody else was first. */
  replace(id: RecordId, from: Version, value: T, options?: RecordOptions): Promise<VersionedRecord<T> | undefined>;
  /** Reads and removes; of parallel callers at most one gets it. */
  take(id: RecordId): Promise<T | undefined>;
  /**
   * Reads, asks `change`, compares and sets, and begins again when somebody else was faster, so `change` may run
   * several times and must have no effects. Answers the record as it is afterwards.
   *
   * @throws {OstiaryError} `storage/conflict` when it lost too often.
   */
  update(id: RecordId, change: (current: T | undefined) => Change<T>): Promise<VersionedRecord<T> | undefined>;
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
  const envelope = (value: T): Json => ({ v: kind.version, d: kind.encode(value) });
  const until = (options: RecordOptions | undefined) =>
    options?.expiresAt === undefined ? {} : { expiresAt: options.expiresAt };
  const read = (stored: Stored): VersionedRecord<T> => ({ ...stored, value: decode(kind, stored.value) });

  const store: RecordStore<T> = {
    async get(id) {
      const stored = await driver.get(key(id));
      return stored && read(stored);
    },
    async create(id, value, options) {
      const outcome = await driver.put(key(id), envelope(value), { ifVersion: 'absent', ...until(options) });
      return outcome.written;
    },
    async put(id, value, options) {
      await driver.put(key(id), envelope(value), { ifVersion: 'any', ...until(options) });
    },
    async replace(id, from, value, options) {
      const outcome = await driver.put(key(id), envelope(value), { ifVersion: from, ...until(options) });
      return outcome.written ? { value, version: outcome.version, ...until(options) } : undefined;
    },
    async take(id) {
      const stored = await driver.take(key(id));
      return stored && read(stored).value;
    },
    update: (id, change) => retryConflicts(() => attempt(store, driver, { key: key(id), id, change }), retry),
    async list({ limit, cursor }) {
      const page = await driver.scan({ prefix: [kind.kind], limit, ...(cursor === undefined ? {} : { cursor }) });
      const ids = page.keys.map(([, ...parts]) => parts);
      return page.cursor === undefined ? { ids } : { ids, cursor: page.cursor };
    },
  };
  return store;
}

interface Attempt<T> {
  readonly key: Key;
  readonly id: RecordId;
  readonly change: (current: T | undefined) => Change<T>;
}

/** One round of read, change, compare and set. */
async function attempt<T>(
  store: RecordStore<T>,
  driver: StorageDriver,
  { key, id, change }: Attempt<T>,
): Promise<'conflict' | { readonly record: VersionedRecord<T> | undefined }> {
  const current = await store.get(id);
  const wanted = change(current?.value);
  if (wanted === 'keep') return { record: current };
  if (wanted === 'remove') {
    if (current === undefined) return { record: undefined };
    const taken = await driver.take(key, { ifVersion: current.version });
    return taken === undefined ? 'conflict' : { record: undefined };
  }
  const options = { expiresAt: wanted.expiresAt };
  if (current !== undefined) {
    const record = await store.replace(id, current.version, wanted.set, options);
    return record === undefined ? 'conflict' : { record };
  }
  if (!(await store.create(id, wanted.set, options))) return 'conflict';
  return { record: await store.get(id) };
}

function decode<T>(kind: RecordKind<T>, stored: Json): T {
  const corrupt = (problem: string, cause?: unknown) =>
    new OstiaryError('storage/corrupt', 'A stored record cannot be read.', {
      cause,
      detail: { kind: kind.kind, problem, readable: kind.version },
    });
  if (!isJsonObject(stored) || typeof stored.v !== 'number' || stored.d === undefined) {
    throw corrupt('not a record of this software');
  }
  if (stored.v > kind.version) throw corrupt(`written by a newer release (version ${stored.v})`);
  let data = stored.d;
  for (let version = stored.v; version < kind.version; version += 1) {
    const upgrade = kind.upgrades?.[version];
    if (upgrade === undefined) throw corrupt(`version ${version} is no longer readable`);
    data = upgrade(data);
  }
  const result = kind.schema['~standard'].validate(data);
  if (result instanceof Promise) throw corrupt('its schema is asynchronous');
  if (result.issues) throw corrupt(result.issues.map((issue) => issue.path?.join('.') ?? '').join(', '));
  return result.value;
}
