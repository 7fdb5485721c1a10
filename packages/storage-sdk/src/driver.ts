import type { Json } from '@ostiary/primitives';
import type { Key } from './key.ts';

/**
 * Names one state of one record. A driver makes a new one at every write and never gives the same one to a key again,
 * not even after the record was removed and made anew (or a slow writer could overwrite what it never read).
 */
export type Version = string;

/** A value with its version and deadline, as it is in the storage. */
export interface Stored {
  readonly value: Json;
  readonly version: Version;
  /** The moment from which the record is gone. Absent: it stays until it is taken. */
  readonly expiresAt?: Date;
}

/** Under which condition a value is written, and until when it stays. */
export interface PutOptions {
  /**
   * `absent`: write only if there is no such record (an expired one counts as absent). A version: write only if the
   * record is still in that state and not expired. `any`: write whatever is there.
   */
  readonly ifVersion: Version | 'absent' | 'any';
  /** Replaces the deadline of the record; without it the record does not expire. */
  readonly expiresAt?: Date;
}

/** `written: false` is an ordinary answer: somebody else was first. */
export type PutOutcome = { readonly written: true; readonly version: Version } | { readonly written: false };

/** Which state of a record is to be taken. */
export interface TakeOptions {
  /** Take only this state of the record; another state stays and the answer is `undefined`. */
  readonly ifVersion?: Version;
}

/** Which keys to list, and where to go on. */
export interface ScanOptions {
  /** Keys that begin with these parts and have at least one more. An empty list means all keys. */
  readonly prefix: readonly string[];
  /** At most this many keys in one page, 1 to 1000. A page may be shorter, or empty, and still have a cursor. */
  readonly limit: number;
  /** What the page before answered; absent for the first page. */
  readonly cursor?: string;
}

/** Some keys, and where the next ones are. */
export interface ScanPage {
  readonly keys: readonly Key[];
  /** Present when there may be more. */
  readonly cursor?: string;
}

/** What a round of cleaning up has done. */
export interface SweepOutcome {
  /** Records removed by this call. */
  readonly removed: number;
  /** True when expired records may remain. A call that finds some removes at least one, so a loop ends. */
  readonly more: boolean;
}

/**
 * What a storage must do. Few verbs, each atomic, because everything above (single-use codes, refresh rotation, key
 * rotation by several replicas) is built on exactly these. `@ostiary/storage-sdk/conformance` proves an implementation.
 *
 * For all verbs:
 * - A record whose `expiresAt` is not after the driver's clock does not exist: it is not read, not taken, not listed,
 *   and a `put` with `ifVersion: 'absent'` succeeds. The clock is the one the driver was opened with, never that of
 *   a server behind it.
 * - When a write has been answered, it is seen by every later call of every process.
 * - Values are JSON up to 1 MB and come back deeply equal, as a copy that the caller may keep. (`-0` may become `0`.)
 * - Keys up to 2000 bytes, as `keyToText` writes them, work. Upper and lower case differ, and so do two Unicode
 *   spellings of the same letter.
 * - An `expiresAt` that is an invalid date makes the promise reject; nothing is written.
 * - A storage that cannot be reached makes the promise reject with `storage/unavailable` in bounded time. So does a
 *   driver that was disposed of. Disposing waits for the calls under way, which succeed; doing it again does nothing.
 */
export interface StorageDriver extends AsyncDisposable {
  /** The record under `key`, or `undefined`. */
  get(key: Key): Promise<Stored | undefined>;
  /** Writes the record if the condition holds: compare and set. Of parallel callers with the same version one wins. */
  put(key: Key, value: Json, options: PutOptions): Promise<PutOutcome>;
  /** Reads and removes. Of all parallel callers at most one gets the record. */
  take(key: Key, options?: TakeOptions): Promise<Stored | undefined>;
  /**
   * A page of keys, for administration and clean-up, never on the path of a login. A key that exists during the whole
   * walk is listed at least once, whatever others write meanwhile; the order is the driver's own.
   */
  scan(options: ScanOptions): Promise<ScanPage>;
  /**
   * Removes up to `limit` expired records (1 to 10 000) to free space. Correctness does not depend on it. A storage
   * that expires records by itself answers `{ removed: 0, more: false }`.
   */
  sweep(options: { readonly limit: number }): Promise<SweepOutcome>;
}
