/**
 * The journal of recent answers. kubectl tells a plugin nothing about a 401 or about its own last failure, but all
 * calls of one kubectl have the same parent. So "the same parent asks again for a token that is still good" most likely
 * means that the cluster refused it, and "the same parent asks again after a failure" that an error is being repeated.
 * Lines are appended, so parallel processes lose nothing. Part of the fast path: imports only `fs`.
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  writeSync,
} from 'node:fs';

/**
 * served: a token was given out. renewed: a refused token made us ask the issuer. explained: the person was told that
 * a new token was refused as well. failed: no token could be given. unreachable: the issuer did not answer.
 */
export type CallKind = 'served' | 'renewed' | 'explained' | 'failed' | 'unreachable';

export interface Call {
  readonly kind: CallKind;
  readonly caller: string;
  /** Milliseconds of the local clock. */
  readonly at: number;
  /** `issuedAt` of the token in question, 0 when there was none. */
  readonly token: number;
}

/** How far back the journal is read: what was renewed or explained within it is not renewed or explained again. */
const MEMORY_MS = 60_000;
/**
 * A repeat counts as "refused" or "same error" for this long. A refusal comes back as fast as the API server answers;
 * a program that asks later than this (k9s, a job each half a minute) just has another client.
 */
const RECALL_WINDOW_MS = 15_000;
export const FAILURE_WINDOW_MS = 15_000;

const TAIL_BYTES = 16_384;
const ROTATE_BYTES = 1_048_576;

/**
 * Names the calling process. A process id alone comes back some day, so on Linux its start time is part of the name; and
 * its program, for one may become another (`execve`): the kubectl of the Google Cloud SDK asks the cluster's version,
 * with a token of ours, before it becomes the kubectl of that version, which asks for a token of its own.
 *
 * @param execInfo what the client sent; one parent may ask for several clusters.
 */
export function callerName(ppid: number, execInfo: string): string {
  const stat = readOr('', () => readFileSync(`/proc/${ppid}/stat`, 'latin1'));
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  const text = execInfo + readOr('', () => readlinkSync(`/proc/${ppid}/exe`));
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) | 0;
  return `${ppid}.${started}.${hash >>> 0}`;
}

/** Not Linux, or the parent is gone: the rest of its name and the short window have to do. No journal: nothing is known. */
function readOr(fallback: string, read: () => string): string {
  try {
    return read();
  } catch {
    return fallback;
  }
}

/** True when this caller was given this token a moment ago, so that asking again means that it was refused. */
export function isRecall(calls: readonly Call[], token: number, now: number): boolean {
  return calls.some((call) => call.kind === 'served' && call.token === token && now - call.at < RECALL_WINDOW_MS);
}

/**
 * True when this token was fetched a moment ago because the one before had come back, from whatever caller. Each kubectl
 * is a caller of its own, so a person who runs the command again would else hear the same for ever.
 *
 * @param calls of all callers.
 */
export function isReplacement(calls: readonly Call[], token: number): boolean {
  return calls.some(
    (renewal) =>
      renewal.kind === 'renewed' &&
      renewal.token !== token &&
      calls.some(({ kind, caller, token: given }) => kind === 'served' && caller === renewal.caller && given === token),
  );
}

/** The calls of one parent within {@link MEMORY_MS}, oldest first. A journal that cannot be read is empty. */
export function recentCalls(path: string, caller: string, now: number): Call[] {
  return recentCallsOfAll(path, now).filter((call) => call.caller === caller);
}

/** As {@link recentCalls}, of all parents. */
export function recentCallsOfAll(path: string, now: number): Call[] {
  return readOr('', () => tail(path))
    .split('\n')
    .map((line) => line.split(' '))
    .filter((word) => word.length === 4 && Math.abs(now - Number(word[2])) < MEMORY_MS)
    .map(([kind, caller = '', at, token]) => ({
      kind: kind as CallKind,
      caller,
      at: Number(at),
      token: Number(token),
    }));
}

function tail(path: string): string {
  const fd = openSync(path, 'r');
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
