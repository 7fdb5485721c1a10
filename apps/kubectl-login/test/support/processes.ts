/** Locks of processes that a test makes up: some live, some have died, of some nothing is known. */
import { setImmediate as aTurn } from 'node:timers/promises';
import type { LockDeps } from '../../src/lock/file-lock.ts';

export interface MadeUp {
  /** The process that asks. */
  readonly pid?: number;
  /** True or false when it is certain, undefined when only time can tell. */
  readonly isAlive?: (pid: number) => boolean | undefined;
}

let nonces = 0;

/** A clock that only moves when somebody waits, by as long as they wait. */
export function lockDeps({ pid = 1, isAlive = () => true }: MadeUp = {}): LockDeps {
  let time = Date.now();
  return {
    processes: { self: { pid, realm: 'here', started: '1' }, isAlive: (holder) => isAlive(holder.pid) },
    newNonce: () => `nonce-${++nonces}`,
    now: () => new Date(time),
    sleep: async (milliseconds) => {
      time += milliseconds;
      await aTurn();
    },
  };
}
