/** Work that repeats while the server runs: never twice at once, never at the same moment on all replicas. */
import type { Logger } from '@ostiary/primitives';
import type { Timers } from './timers.ts';

/** `again`: there is more to do, so come back soon. */
export type JobOutcome = 'done' | 'again';

export interface Job {
  readonly name: string;
  readonly everyMs: number;
  /** One round. `signal` says that the server stops: end at the next good place. */
  readonly run: (signal: AbortSignal) => Promise<JobOutcome>;
}

export interface JobDeps {
  readonly timers: Timers;
  readonly log: Logger;
  /** Between 0 and 1; spreads the rounds of replicas that started together. */
  readonly jitter: () => number;
}

/** A round that left work behind is followed sooner, but not at once: requests come first. */
const SOONER = 20;

/** Starts the job; the first round comes after about one period. Disposing waits for a round that is under way. */
export function startJob(job: Job, { timers, log, jitter }: JobDeps): AsyncDisposable {
  const stop = new AbortController();
  let round: Promise<void> = Promise.resolve();
  let cancel = (): void => {};
  const plan = (ms: number): void => {
    if (stop.signal.aborted) return;
    cancel = timers.after(ms * (0.85 + 0.3 * jitter()), () => {
      round = runRound();
    });
  };
  const runRound = async (): Promise<void> => {
    let outcome: JobOutcome = 'done';
    try {
      outcome = await job.run(stop.signal);
    } catch (error) {
      log.error('job.failed', { job: job.name, error });
    }
    plan(outcome === 'again' ? job.everyMs / SOONER : job.everyMs);
  };
  plan(job.everyMs);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      cancel();
      await round;
    },
  };
}
