/** What a storage is (few atomic verbs) and the typed records above it. */
export { deadlineMs, isLive } from './deadline.ts';
export { defineStorage, type StorageDefinition, type StorageDeps } from './define.ts';
export type {
  PutOptions,
  PutOutcome,
  ScanOptions,
  ScanPage,
  StorageDriver,
  Stored,
  SweepOutcome,
  TakeOptions,
  Version,
} from './driver.ts';
export { type IndexMember, type IndexOptions, type IndexRecord, indexRecord } from './index-record.ts';
export { type Key, keyPrefix, keyToText, textToKey } from './key.ts';
export { readAll } from './read-all.ts';
export { parseStoredValue, type RecordKind } from './record-form.ts';
export {
  type Change,
  type RecordId,
  type RecordOptions,
  type RecordStore,
  recordStore,
  type Successor,
  type VersionedRecord,
} from './record-store.ts';
export { type RetryOptions, retryConflicts } from './retry.ts';
export { randomVersion } from './version.ts';
