/** What the server does besides answering requests. */
import type { Logger } from '@ostiary/primitives';
import type { StorageDriver } from '@ostiary/storage-sdk';
import type { KeyRing, Sealer } from '@ostiary/token-core';
import { type Job, type JobDeps, startJob } from './ops/job.ts';
import { sweepExpired } from './ops/sweep.ts';

export interface JobTargets {
  readonly storage: StorageDriver;
  readonly keys: Pick<KeyRing, 'refresh'>;
  readonly sealer: Pick<Sealer, 'refresh'>;
  readonly log: Logger;
}

/** Key rotation counts on a refresh at least every 30 s; the pauses vary by 15 %. */
const REFRESH_MS = 25_000;
const SWEEP_MS = 5 * 60_000;

/** Starts the jobs; disposing ends them, after the round that is under way. */
export function startJobs({ storage, keys, sealer, log }: JobTargets, deps: JobDeps): AsyncDisposable {
  const refresh = (name: string, target: { refresh(): Promise<void> }): Job => ({
    name,
    everyMs: REFRESH_MS,
    run: async () => {
      await target.refresh();
      return 'done';
    },
  });
  const jobs = [
    refresh('refresh-signing-keys', keys),
    refresh('refresh-sealing-keys', sealer),
    { name: 'sweep-storage', everyMs: SWEEP_MS, run: (signal: AbortSignal) => sweepExpired(storage, log, signal) },
  ].map((job) => startJob(job, deps));
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(jobs.map((job) => job[Symbol.asyncDispose]()));
    },
  };
}
