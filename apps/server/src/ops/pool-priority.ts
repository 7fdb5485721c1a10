/** Lets the threads that sign and hash give way to the one that answers. */
import { readdir, readFile } from 'node:fs/promises';
import { constants, getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@ostiary/primitives';

/** Where Linux shows the threads of this process. Other systems have no such folder, and no priority for one thread. */
const TASKS = '/proc/self/task';
/** What libuv calls the threads of its pool. */
const POOL_THREAD = 'libuv-worker';
/** A third of the weight of an ordinary thread. More than that gains nothing. */
const STEPS = 5;

/** How threads are found and their priority is changed. Tests make their own. */
export interface Threads {
  /** The name of each thread, by id; none where they cannot be told apart. */
  names(): Promise<ReadonlyMap<number, string>>;
  /** Nice value of a thread: -20 for the most urgent one to 19. */
  priority(id: number): number;
  /** @throws when the system does not allow it. */
  setPriority(id: number, nice: number): void;
}

/**
 * Lowers the priority of the pool's threads: on a busy machine a turn of the event loop then comes before the next
 * signature or password hash. Without it four threads of the pool compete with the one thread that hands them work and
 * sends what they made, and both wait. Where there are no such threads, or the system does not allow it, the log says so
 * and nothing else happens: nothing depends on it but speed.
 */
export async function poolGivesWay(threads: Threads, log: Logger): Promise<void> {
  try {
    const pool = [...(await threads.names())].filter(([, name]) => name === POOL_THREAD).map(([id]) => id);
    for (const id of pool) {
      threads.setPriority(id, Math.min(threads.priority(id) + STEPS, constants.priority.PRIORITY_LOW));
    }
    log.debug('threads.pool_gives_way', { threads: pool.length });
  } catch (error) {
    log.debug('threads.priority_refused', { error });
  }
}

/** The threads of this process. Reading their names is work for the pool, so its threads are there then. */
export const ownThreads: Threads = {
  async names() {
    const ids = await readdir(TASKS).catch(() => []);
    const named = await Promise.all(ids.map(async (id) => [Number(id), await nameOf(id)] as const));
    return new Map(named);
  },
  priority: getPriority,
  setPriority,
};

/** A thread that has just ended has no name any more. */
async function nameOf(id: string): Promise<string> {
  const text = await readFile(join(TASKS, id, 'comm'), 'utf8').catch(() => '');
  return text.trim();
}
