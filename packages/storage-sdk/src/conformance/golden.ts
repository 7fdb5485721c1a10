import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type Json } from '@ostiary/primitives';
import { decodeRecord, encodeRecord, type RecordKind } from '../record-form.ts';

/** A record as some release stored it, kept in a file for ever, and the value it must be read as today. */
export interface GoldenRecord<T> {
  readonly stored: Json;
  readonly value: T;
}

/** Which forms must still be read. */
export interface GoldenOptions {
  /** The first version that has to be. Raise it only when no storage can hold an older one. Default 1. */
  readonly oldest?: number;
}

/**
 * Checks that records of every release can be read, and that today's release still writes what its golden record
 * says: a changed form without a new version would be read wrongly by the replica that is updated last.
 *
 * @param golden at least one per version of the form that was ever released.
 * @returns what is wrong, one sentence each; nothing when all is well.
 */
export function checkGoldenRecords<T>(
  kind: RecordKind<T>,
  golden: readonly GoldenRecord<T>[],
  { oldest = 1 }: GoldenOptions = {},
): readonly string[] {
  const written = golden.map(({ value }) => encodeRecord(kind, value));
  const current = golden.some(({ stored }, index) => isDeepStrictEqual(stored, written[index]));
  const missing = current ? [] : [`${kind.kind}: no golden record is what version ${kind.version} writes now`];
  const older = Array.from({ length: Math.max(0, kind.version - oldest) }, (_, index) => oldest + index)
    .filter((version) => !golden.some(({ stored }) => isJsonObject(stored) && stored.v === version))
    .map((version) => `${kind.kind}: there is no golden record of version ${version}`);
  return [...older, ...missing, ...golden.flatMap((record, index) => checkReading(kind, record, index))];
}

function checkReading<T>(kind: RecordKind<T>, { stored, value }: GoldenRecord<T>, index: number): readonly string[] {
  const name = `${kind.kind}, golden record ${index}`;
  try {
    return isDeepStrictEqual(decodeRecord(kind, stored), value) ? [] : [`${name}: is read as another value`];
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : 'cannot be read'}`];
  }
}
