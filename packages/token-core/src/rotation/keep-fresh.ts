import { type Logger, OstiaryError } from '@ostiary/primitives';
import { REFRESH_WITHIN_SECONDS } from './plan-rotation.ts';

/** Runs `task` once after `milliseconds`; the answer cancels it. */
export type Schedule = (task: () => void, milliseconds: number) => () => void;

/** How a timer refreshes keys. */
export interface KeepFreshOptions {
  /** Milliseconds from the end of one refresh to the begin of the next, 1000 to 30 000. Default 30 000. */
  readonly everyMs?: number;
  readonly log: Logger;
  /** The timer. Absent: that of the machine, which does not keep the process alive. */
  readonly schedule?: Schedule;
}

/** Half of what the rotation counts on: the other half is for a slow storage. */
const LONGEST_PAUSE_MS = (REFRESH_WITHIN_SECONDS * 1000) / 2;

const machineTimer: Schedule = (task, milliseconds) => {
  const timer = setTimeout(task, milliseconds).unref();
  return () => clearTimeout(timer);
};

/**
 * Refreshes a key ring or a sealer again and again, one run at a time, until the answer is disposed of.
 *
 * @throws {OstiaryError} `config/invalid` for a pause that is longer than key rotation allows.
 */
export function keepFresh(target: { refresh(): Promise<void> }, options: KeepFreshOptions): Disposable {
  const { everyMs = LONGEST_PAUSE_MS, log, schedule = machineTimer } = options;
  if (!(everyMs >= 1000 && everyMs <= LONGEST_PAUSE_MS)) {
    throw new OstiaryError('config/invalid', `Keys must be refreshed every 1000 to ${LONGEST_PAUSE_MS} milliseconds.`);
  }
  let stopped = false;
  let cancel = schedule(run, everyMs);
  function run(): void {
    target
      .refresh()
      .catch((error: unknown) => log.error('keep_fresh.failed', { error }))
      .finally(() => {
        if (!stopped) cancel = schedule(run, everyMs);
      });
  }
  return {
    [Symbol.dispose]() {
      stopped = true;
      cancel();
    },
  };
}
