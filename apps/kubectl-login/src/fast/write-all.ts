/** Writes to a file descriptor to the end. Part of the fast path: imports only `fs`. */
import { writeSync } from 'node:fs';

/**
 * Writes the whole text, synchronously: an asynchronous write to a pipe may be cut off by the end of the process.
 *
 * @returns false when the reader is gone.
 */
export function writeAll(fd: number, text: string): boolean {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EPIPE') return false;
      if (code !== 'EAGAIN') throw error;
      // The pipe is full: sleep a moment instead of spinning.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
  return true;
}
