import type { RandomBytes } from '@ostiary/primitives';

/** Bytes fetched at once: a few hundred ids, and less than a page of memory. */
const POOL_BYTES = 4096;

/**
 * Random bytes out of a pool that is filled at once, as Node's own `randomUUID` does it: most calls want 16 or 32 bytes,
 * and each way into the generator costs far more than the bytes. What is handed out is a copy, wiped in the pool.
 *
 * @param fill fills a whole array with cryptographically strong bytes.
 */
export function pooledRandom(fill: (bytes: Uint8Array<ArrayBuffer>) => unknown): RandomBytes {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return (length) => {
    if (length > POOL_BYTES / 4) {
      const own = new Uint8Array(length);
      fill(own);
      return own;
    }
    if (used + length > POOL_BYTES) {
      fill(pool);
      used = 0;
    }
    const bytes = pool.slice(used, used + length);
    pool.fill(0, used, used + length);
    used += length;
    return bytes;
  };
}
