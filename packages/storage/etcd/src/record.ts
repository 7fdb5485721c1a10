import { OstiaryError } from '@ostiary/primitives';
import { isLive, type Key, parseStoredValue, type Stored, type Version } from '@ostiary/storage-sdk';

/** Names one state of a record. The mark is another one for every write, so a state never comes twice, not after a restore. */
export interface RecordState {
  /** Milliseconds since 1970; absent: it stays. */
  readonly deadline: number | undefined;
  readonly mark: string;
}

/** A record as it is in etcd. */
export interface RecordText extends RecordState {
  /** The value as JSON text. */
  readonly json: string;
}

/** What is in front of the keys of one storage. */
export interface KeySpace {
  readonly all: string;
  /** Before the key of a record. */
  readonly records: string;
  /** Before the deadline and the key of a record, in a key of its own, so that what has ended is found without the rest. */
  readonly expires: string;
}

/** Where the records of a namespace are. */
export function keySpace(namespace: string): KeySpace {
  const all = `${namespace}ostiary/`;
  return { all, records: `${all}records/`, expires: `${all}expires/` };
}

/** The first key after all that begin with a prefix that ends with `/`. */
export function endOf(prefix: string): string {
  return `${prefix.slice(0, -1)}0`;
}

const DIGITS = 16;
/** Comes after every number. */
const NEVER = '~'.repeat(DIGITS);
const form = /^(\d{16}|~{16}) ([\w-]{16}) /u;
const HEAD = DIGITS + 1 + 16 + 1;

/** A deadline in the order of time. What ended before 1970 has ended at 1970 as well. */
export function deadlineText(deadline: number | undefined): string {
  return deadline === undefined ? NEVER : String(Math.max(0, deadline)).padStart(DIGITS, '0');
}

/** What the value of a record in this state begins with, before a space. */
export function headOf({ deadline, mark }: RecordState): string {
  return `${deadlineText(deadline)} ${mark}`;
}

/** The value of a record. */
export function toValue(record: RecordText): string {
  return `${headOf(record)} ${record.json}`;
}

/**
 * Reads the value of a record.
 *
 * @throws {OstiaryError} `storage/corrupt` for what is none of ours.
 */
export function parseValue([kind]: Key, value: string): RecordText {
  const [, deadline, mark] = form.exec(value) ?? [];
  if (deadline === undefined || mark === undefined) {
    const detail = { kind, problem: 'it was not written by this software' };
    throw new OstiaryError('storage/corrupt', 'A stored record cannot be read.', { detail });
  }
  return { deadline: deadline === NEVER ? undefined : Number(deadline), mark, json: value.slice(HEAD) };
}

/** A state as a version: a replacement must know both parts, and reads neither. */
export function toVersion({ deadline, mark }: RecordState): Version {
  return deadline === undefined ? mark : `${mark}.${Math.max(0, deadline)}`;
}

/** What {@link toVersion} put together; `undefined` for a text of others. */
export function parseVersion(version: Version): RecordState | undefined {
  const [, mark, deadline] = /^([\w-]{16})(?:\.(\d{1,16}))?$/u.exec(version) ?? [];
  if (mark === undefined) return undefined;
  return { mark, deadline: deadline === undefined ? undefined : Number(deadline) };
}

/** True while a record in this state exists. */
export function lives({ deadline }: RecordState, now: Date): boolean {
  return isLive(deadline, now);
}

/** What the contract has for a record. */
export function toStored(key: Key, record: RecordText): Stored {
  const expiry = record.deadline === undefined ? {} : { expiresAt: new Date(record.deadline) };
  return { value: parseStoredValue(key, record.json), version: toVersion(record), ...expiry };
}
