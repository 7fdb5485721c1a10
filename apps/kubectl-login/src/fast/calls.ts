/**
 * The journal of recent answers. kubectl tells a plugin nothing about a 401 or about its own last failure, but all
 * calls of one kubectl have the same parent. So "the same parent asks again for a token that is still good" means
 * that the cluster refused it, and "the same parent asks again after a failure" means that an error is being repeated.
 * Lines are appended, so parallel processes lose nothing. Part of the fast path: imports only `fs`.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';

/**
 * served: a token was given out. renewed: a refused token made us ask the issuer. explained: the person was told that
 * a new token was refused as well. failed: no token could be given.
 */
export type CallKind = 'served' | 'renewed' | 'explained' | 'failed';

export interface Call {
  readonly kind: CallKind;
  readonly caller: string;
  /** Milliseconds of the local clock. */
  readonly at: number;
  /** `issuedAt` of the token in question, 0 when there was none. */
  readonly token: number;
}

/** A repeat counts as "refused" or "same error" for this long. A long-lived parent (k9s) may ask again later. */
export const RECALL_WINDOW_MS = 60_000;
export const FAILURE_WINDOW_MS = 15_000;

const TAIL_BYTES = 16_384;
const ROTATE_BYTES = 1_048_576;

/**
 * Names the calling process. A process id alone comes back some day, so on Linux its start time is part of the name.
 *
 * @param execInfo what the client sent; one parent may ask for several clusters.
 */
export function callerName(ppid: number, execInfo: string): string {
  let started = '';
  try {
    const stat = readFileSync(`/proc/${ppid}/stat`, 'latin1');
    started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    // Not Linux, or the parent is gone: the process id and the short window have to do.
  }
  let hash = 0;
  for (let i = 0; i < execInfo.length; i++) hash = (hash * 31 + execInfo.charCodeAt(i)) | 0;
  return `${ppid}.${started}.${hash >>> 0}`;
}

/** The calls of one parent within {@link RECALL_WINDOW_MS}, oldest first. A journal that cannot be read is empty. */
export function recentCalls(path: string, caller: string, now: number): Call[] {
  return tail(path)
    .split('\n')
    .map((line) => line.split(' '))
    .filter((word) => word.length === 4 && word[1] === caller && Math.abs(now - Number(word[2])) < RECALL_WINDOW_MS)
    .map(([kind, , at, token]) => ({ kind: kind as CallKind, caller, at: Number(at), token: Number(token) }));
}

function tail(path: string): string {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const size = fstatSync(fd).size;
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const length = readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('latin1', 0, length);
  } finally {
    closeSync(fd);
  }
}

/** Appends one line. A journal that cannot be written costs the recovery from a 401, not the command. */
export function noteCall(path: string, call: Call): void {
  try {
    const fd = openSync(path, 'a', 0o600);
    try {
      if (fstatSync(fd).size > ROTATE_BYTES) ftruncateSync(fd, 0);
      writeSync(fd, `${call.kind} ${call.caller} ${call.at} ${call.token}\n`);
    } finally {
      closeSync(fd);
    }
  } catch {
    // See above: a full disk must not stop a command that has its token.
  }
}
