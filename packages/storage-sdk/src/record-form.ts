import { isJsonObject, type Json, OstiaryError } from '@ostiary/primitives';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Key } from './key.ts';

/**
 * A kind of record: its name in keys, the version of its form, how to read it and how to write it.
 *
 * When the form changes: raise `version`, keep a reader for the version before in `upgrades`, and add a golden record
 * (`checkGoldenRecords` in `@ostiary/storage-sdk/conformance`).
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

/** What a storage is given: the encoded value and the version of its form. */
export function encodeRecord<T>(kind: RecordKind<T>, value: T): Json {
  return { v: kind.version, d: kind.encode(value) };
}

/**
 * Reads what a storage answered, also in an older form.
 *
 * @throws {OstiaryError} `storage/corrupt`; its detail names the kind and the problem, never the content.
 */
export function decodeRecord<T>(kind: RecordKind<T>, stored: Json): T {
  if (!isJsonObject(stored) || !isFormVersion(stored.v) || stored.d === undefined) {
    throw corrupt(kind, 'it was not written by this software');
  }
  if (stored.v > kind.version) throw corrupt(kind, `a newer release wrote it (version ${stored.v})`);
  const data = upgrade(kind, stored.v, stored.d);
  const result = validate(kind, data);
  if (result.issues) throw corrupt(kind, `not as expected: ${result.issues.map(place).join(', ')}`);
  return result.value;
}

/**
 * The value that a driver finds as JSON text under `key`.
 *
 * @throws {OstiaryError} `storage/corrupt`; its detail names the kind of the record. What `JSON.parse` throws quotes the
 * content, which may be a key, so it is not passed on.
 */
export function parseStoredValue([kind]: Key, text: string): Json {
  try {
    return JSON.parse(text) as Json; // JSON.parse answers nothing else
  } catch {
    throw corrupt({ kind }, 'it is not JSON');
  }
}

/** What a schema throws may quote the content, so it is not passed on. */
function validate<T>(kind: RecordKind<T>, data: Json): StandardSchemaV1.Result<T> {
  let result: ReturnType<(typeof kind.schema)['~standard']['validate']>;
  try {
    result = kind.schema['~standard'].validate(data);
  } catch {
    throw corrupt(kind, 'its schema failed');
  }
  if (!(result instanceof Promise)) return result;
  // Nobody waits for it, and a rejection that nobody hears ends the process.
  result.catch(() => undefined);
  throw corrupt(kind, 'its schema is asynchronous, or failed');
}

function upgrade<T>(kind: RecordKind<T>, from: number, stored: Json): Json {
  let data = stored;
  for (let version = from; version < kind.version; version += 1) {
    const step = kind.upgrades?.[version];
    if (step === undefined) throw corrupt(kind, `version ${version} is no longer readable`);
    try {
      data = step(data);
    } catch (cause) {
      throw corrupt(kind, `version ${version} could not be upgraded`, cause);
    }
  }
  return data;
}

function isFormVersion(version: Json | undefined): version is number {
  return typeof version === 'number' && Number.isInteger(version) && version >= 1;
}

/** Where in the record the problem is. The message of an issue may quote the content, so it stays out of logs. */
function place(issue: StandardSchemaV1.Issue): string {
  const path = issue.path ?? [];
  if (path.length === 0) return '(the whole record)';
  return path.map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.');
}

function corrupt(
  { kind, version }: { readonly kind: string; readonly version?: number },
  problem: string,
  cause?: unknown,
): OstiaryError {
  const readable = version === undefined ? {} : { readable: version };
  return new OstiaryError('storage/corrupt', 'A stored record cannot be read.', {
    cause,
    detail: { kind, problem, ...readable },
  });
}
