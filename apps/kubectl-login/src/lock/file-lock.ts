/**
 * A lock between processes in a file, because Node has no `flock`. The file names its holder; the lock of a holder
 * that was killed is taken over at once, by exactly one of those who wait.
 */
import { linkSync, readFileSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '@ostiary/primitives';
import * as z from 'zod/mini';
import { problem, systemCode } from '../problem.ts';
import type { ProcessIdentity, ProcessTable } from './process-identity.ts';

const holderSchema = z.object({ pid: z.number(), realm: z.string(), started: z.string(), nonce: z.string() });

/** The holder of a lock and the name of this one holding. */
export interface Holder extends ProcessIdentity {
  readonly nonce: string;
}

export interface LockDeps {
  readonly processes: ProcessTable;
  /** A new unguessable name. */
  readonly newNonce: () => string;
  readonly now: Clock;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export interface HeldLock {
  release(): void;
}

/** A holder that cannot be judged by its process id touches its file this often, and is dead after that silence. */
const HEARTBEAT_MS = 2_000;
const SILENCE_MS = 30_000;
const POLL_MS = 25;

export interface LockWait<T> {
  readonly path: string;
  /** How long to wait, in milliseconds. */
  readonly patienceMs: number;
  /** Asked before each attempt: an answer ends the wait without the lock. */
  readonly unless: () => T | undefined;
  /** Called once, when somebody else holds the lock. */
  readonly onWait?: (holder: Holder | undefined) => void;
}

/**
 * Waits for a lock, or for a reason not to need it any more.
 *
 * @throws {OstiaryError} `storage/conflict` when somebody who is alive keeps the lock for too long; `config/invalid`, with
 *   the system's error as its cause, when the lock cannot be made.
 */
export async function acquireLock<T>(wait: LockWait<T>, deps: LockDeps): Promise<HeldLock | { answer: T }> {
  const deadline = deps.now().getTime() + wait.patienceMs;
  for (let round = 0; ; round++) {
    const answer = wait.unless();
    if (answer !== undefined) return { answer };
    const nonce = deps.newNonce();
    if (tryCreate(wait.path, { ...deps.processes.self, nonce })) return held(wait.path, nonce, deps.now);
    const holder = readHolder(wait.path);
    if (holder !== undefined && removeIfDead(wait.path, holder, deps)) continue;
    if (round === 0) wait.onWait?.(holder);
    if (deps.now().getTime() >= deadline) throw tookTooLong(wait.path, holder);
    await deps.sleep(POLL_MS + (deps.processes.self.pid % POLL_MS));
  }
}

function tookTooLong(path: string, holder: Holder | undefined): Error {
  const code = 'storage/conflict';
  // Not one of ours: kubectl leaves its lock behind for ever when it is stopped at the wrong moment.
  if (holder === undefined) {
    const cause = `Another program (kubectl, for a kubeconfig) keeps ${path}, or left it behind.`;
    return problem({ code, cause, remedy: `If none is running, delete ${path} and try again.` });
  }
  const remedy = `Try again. If no such process is running, delete ${path}.`;
  return problem({ code, cause: `Another process (pid ${holder.pid}) keeps ${path}.`, remedy });
}

/** The file appears with its content in one step, so nobody ever reads half a holder. */
function tryCreate(path: string, holder: Holder): boolean {
  const draft = `${path}.${holder.nonce}.tmp`;
  try {
    writeFileSync(draft, JSON.stringify(holder), { mode: 0o600, flag: 'wx' });
    return link(draft, path);
  } catch (error) {
    throw problem({
      code: 'config/invalid',
      cause: `The lock ${path} cannot be made (${systemCode(error)}).`,
      remedy: `Make ${dirname(path)} writable, and free some disk space if there is none.`,
      error,
    });
  } finally {
    discard(draft);
  }
}

/** False when somebody else has the lock, or swept the draft away with those of the dead: try again. */
function link(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}

function discard(draft: string): void {
  try {
    unlinkSync(draft);
  } catch {
    // It was never made, or is gone already.
  }
}

/** Undefined when the file is gone, or not written by us (kubectl's own kubeconfig lock is empty). */
function readHolder(path: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

function held(path: string, nonce: string, now: Clock): HeldLock {
  const beat = setInterval(() => {
    try {
      utimesSync(path, now(), now());
    } catch {
      // The file is gone: nothing is left to keep alive.
    }
  }, HEARTBEAT_MS);
  beat.unref();
  return {
    release() {
      clearInterval(beat);
      if (readHolder(path)?.nonce === nonce) unlinkSync(path);
    },
  };
}

function isDead(path: string, holder: Holder, deps: LockDeps): boolean {
  const alive = deps.processes.isAlive(holder);
  if (alive !== undefined) return !alive;
  try {
    return deps.now().getTime() - statSync(path).mtimeMs > SILENCE_MS;
  } catch {
    return false;
  }
}

/**
 * Removes a dead holder's lock. Two who both see it dead must not both remove it, for the second would remove the
 * lock of a new holder. So the right to remove this one holding is itself taken by creating a file, named after the
 * holding; if the owner of the right dies too, the right passes on in the same way. A right that is created again
 * later does no harm, because the dead holding is no longer in the lock file.
 *
 * @returns true when the lock was removed here.
 */
function removeIfDead(path: string, dead: Holder, deps: LockDeps): boolean {
  if (!isDead(path, dead, deps)) return false;
  const base = path.replace(/[^/\\]+$/, (name) => `.${name}`);
  const rights = [`${base}.${dead.nonce}`];
  for (let right = rights[0]; right !== undefined; ) {
    if (tryCreate(right, { ...deps.processes.self, nonce: deps.newNonce() })) break;
    const owner = readHolder(right);
    if (owner === undefined || !isDead(right, owner, deps)) return false;
    right = `${base}.${owner.nonce}`;
    rights.unshift(right);
  }
  const removed = readHolder(path)?.nonce === dead.nonce;
  if (removed) unlinkSync(path);
  for (const right of rights) unlinkSync(right);
  return removed;
}
