import { OstiaryError } from '@ostiary/primitives';
import { z } from 'zod';

/** Where a walk over the keys stands. */
export interface ScanPlace {
  /** Number of the node. */
  readonly node: number;
  /** Redis' own cursor there. */
  readonly at: string;
  /** Names that Redis has answered and the caller has not seen. */
  readonly rest: readonly string[];
}

const place = z.object({ node: z.int().min(0), at: z.string().regex(/^\d+$/), rest: z.array(z.string()) });

/** @throws {OstiaryError} `storage/corrupt` for a text that is no cursor of ours. */
export function readCursor(cursor: string | undefined): ScanPlace {
  if (cursor === undefined) return { node: 0, at: '0', rest: [] };
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    throw new OstiaryError('storage/corrupt', 'This cursor is not one of this storage.', { cause });
  }
}

export function writeCursor(at: ScanPlace): string {
  return Buffer.from(JSON.stringify(at)).toString('base64url');
}
