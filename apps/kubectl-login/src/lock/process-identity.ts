/** Who holds a lock, so exactly that a process id that came back is not taken for its former owner. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly pid: number;
  /** The machine, its boot and its process id namespace: process ids can be compared only within one. */
  readonly realm: string;
  /** Start time of the process in ticks since boot. Empty where the system does not tell (not Linux). */
  readonly started: string;
}

/** What a lock needs to know about the machine's processes. Injected, so that tests can make some die. */
export interface ProcessTable {
  readonly self: ProcessIdentity;
  /** True or false when it is certain, undefined when only time can tell (another machine or container). */
  isAlive(holder: ProcessIdentity): boolean | undefined;
}

function readOr(fallback: string, read: () => string): string {
  try {
    return read().trim();
  } catch {
    return fallback;
  }
}

function startTime(pid: number): string {
  const stat = readOr('', () => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The real process table. */
export function systemProcesses(): ProcessTable {
  const boot = readOr('', () => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
  const namespace = readOr('', () => readlinkSync('/proc/self/ns/pid'));
  const self: ProcessIdentity = {
    pid: process.pid,
    realm: `${hostname()} ${boot} ${namespace}`,
    started: startTime(process.pid),
  };
  return {
    self,
    isAlive(holder) {
      if (holder.realm !== self.realm) return undefined;
      if (!exists(holder.pid)) return false;
      // Without start times a living process may be a stranger who got the number: the heartbeat decides.
      return holder.started === '' ? undefined : startTime(holder.pid) === holder.started;
    },
  };
}
