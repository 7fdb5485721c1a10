/** Counts what a connector asks its provider, and makes every answer take its time. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fetch } from '@ostiary/primitives';

/** What one login or refresh costs. */
export interface Cost {
  readonly requests: number;
  /** Requests that had to wait for the answer of another one, in a row: what cannot be had at the same time. */
  readonly rounds: number;
  readonly milliseconds: number;
}

/** A network that counts. */
export interface Meter {
  readonly fetch: Fetch;
  /** Does the work and answers what it cost. */
  cost<T>(work: () => Promise<T>): Promise<{ readonly answer: T; readonly cost: Cost }>;
}

/** A network in front of a provider that is played. @param latencyMs how long each answer takes. */
export function meter(provider: Fetch, latencyMs: number): Meter {
  let requests = 0;
  let rounds = 0;
  return {
    async fetch(input, init) {
      requests += 1;
      const round = rounds + 1;
      const [response] = await Promise.all([provider(input, init), delay(latencyMs)]);
      rounds = Math.max(rounds, round);
      return response;
    },
    async cost(work) {
      requests = 0;
      rounds = 0;
      const begin = performance.now();
      const answer = await work();
      return { answer, cost: { requests, rounds, milliseconds: performance.now() - begin } };
    },
  };
}
