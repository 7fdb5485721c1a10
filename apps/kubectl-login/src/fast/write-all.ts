/** Writes to a file descriptor to the end. Part of the fast path: imports only `fs`. */
import { writeSync } from 'node:fs';

/**
 * Writes the whole text, synchronously: an asynchronous write to a pipe may be cut off by the end of the process.
 *
 * @returns undefined when all is written, else the system's code: `EPIPE` when the reader is gone, `ENOSPC`, ...
 */
export function writeAll(fd: number, text: string): string | undefined {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      if (code !== 'EAGAIN') return code;
      // The pipe is full: sleep a moment instead of spinning.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
  return undefined;
}

/** What to say of a standard output that took not all; undefined when nobody is there who could read that either. */
export function outputProblem(code: string | undefined): string | undefined {
  return code === undefined || code === 'EPIPE' ? undefined : `Standard output cannot be written (${code}).`;
}
