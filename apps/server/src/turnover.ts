/** One configuration follows another while requests come in. */
import type { RequestListener } from 'node:http';
import type { Logger } from '@ostiary/primitives';
import type { Generation } from './generation.ts';
import type { Cancel, Timers } from './ops/timers.ts';

/** Longer than any request is under way: 30 seconds to be sent, 50 for a provider. */
const LAST_REQUESTS_MS = 90_000;

/** The configuration that counts, and those whose last requests are under way. */
export interface Turnover extends AsyncDisposable {
  /** Always answers with what counts now. */
  readonly handler: RequestListener;
  current(): Generation;
  /** From now on `next` answers. What it follows is closed when its last requests must be done. */
  follow(next: Generation): void;
}

export function startTurnover(first: Generation, deps: { readonly timers: Timers; readonly log: Logger }): Turnover {
  let current = first;
  const leaving = new Map<Generation, Cancel>();
  const close = async (generation: Generation): Promise<void> => {
    leaving.get(generation)?.();
    leaving.delete(generation);
    await generation[Symbol.asyncDispose]();
  };
  return {
    handler: (req, res) => current.handler(req, res),
    current: () => current,
    follow(next) {
      const last = current;
      current = next;
      const closeLast = (): void => {
        close(last).catch((error: unknown) => deps.log.warn('config.close_failed', { error }));
      };
      leaving.set(last, deps.timers.after(LAST_REQUESTS_MS, closeLast));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([current, ...leaving.keys()].map(close));
    },
  };
}
