import { setImmediate } from 'node:timers/promises';
import type { Timers } from '../src/ops/timers.ts';

export interface FakeTimers extends Timers {
  /** Milliseconds of the timers that wait, soonest first. */
  readonly waiting: readonly number[];
  /** Lets time pass: runs what is due, in order, and then lets promises settle. */
  advance(ms: number): Promise<void>;
}

/** Timers for tests: time passes only when told. */
export function createFakeTimers(): FakeTimers {
  let now = 0;
  let pending: { readonly at: number; readonly action: () => void }[] = [];
  return {
    get waiting() {
      return pending.map(({ at }) => at - now).sort((a, b) => a - b);
    },
    after(ms, action) {
      const timer = { at: now + ms, action };
      pending.push(timer);
      return () => {
        pending = pending.filter((other) => other !== timer);
      };
    },
    async advance(ms) {
      now += ms;
      const due = pending.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
      pending = pending.filter(({ at }) => at > now);
      for (const { action } of due) action();
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    },
  };
}

/** Lets the system's own events come in, which made-up time does not wait for: connections, closed sockets. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
}
