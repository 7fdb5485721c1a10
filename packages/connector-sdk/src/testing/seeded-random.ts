import { createHash } from 'node:crypto';
import type { RandomBytes } from '@ostiary/primitives';

/** Bytes that are the same in every run, and never the same twice in one. For tests only. */
export function seededRandom(seed = 'ostiary'): RandomBytes {
  let counter = 0;
  return (length) => {
    const blocks: Uint8Array[] = [];
    for (let size = 0; size < length; size += 32) {
      counter += 1;
      blocks.push(createHash('sha256').update(`${seed}:${counter}`).digest());
    }
    return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
  };
}
