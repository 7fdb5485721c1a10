import { describe, expect, it } from 'vitest';
import { memoryLog } from '../../test/support.ts';
import { keepFresh } from './keep-fresh.ts';

/** A timer that a test fires by hand. */
function handTimer() {
  const waiting: { task: () => void; milliseconds: number }[] = [];
  const schedule = (task: () => void, milliseconds: number) => {
    const entry = { task, milliseconds };
    waiting.push(entry);
    return () => void waiting.splice(waiting.indexOf(entry), 1);
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    waiting,
    schedule,
    async fire() {
      waiting.shift()?.task();
      await settle();
    },
  };
}

describe('keepFresh', () => {
  it('refreshes after every pause, one run at a time', async () => {
    const { log } = memoryLog();
    const timer = handTimer();
    const started: (() => void)[] = [];
    const refresh = () => new Promise<void>((resolve) => started.push(resolve));
    keepFresh({ refresh }, { log, everyMs: 5_000, schedule: timer.schedule });
    await timer.fire();
    expect(started).toHaveLength(1);
    expect(timer.waiting).toHaveLength(0);
    started[0]?.();
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(timer.waiting.map(({ milliseconds }) => milliseconds)).toEqual([5_000]);
  });

  it('logs a failure and goes on', async () => {
    const { lines, log } = memoryLog();
    const timer = handTimer();
    const error = new Error('lost');
    keepFresh({ refresh: () => Promise.reject(error) }, { log, schedule: timer.schedule });
    await timer.fire();
    expect(lines).toEqual([{ level: 'error', event: 'keep_fresh.failed', fields: { error } }]);
    expect(timer.waiting).toHaveLength(1);
  });

  it('stops when it is disposed of, also in the middle of a run', async () => {
    const { log } = memoryLog();
    const timer = handTimer();
    const ends: (() => void)[] = [];
    const kept = keepFresh({ refresh: () => new Promise((end) => ends.push(end)) }, { log, schedule: timer.schedule });
    await timer.fire();
    kept[Symbol.dispose]();
    ends[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(timer.waiting).toHaveLength(0);
    const idle = keepFresh({ refresh: async () => {} }, { log, schedule: timer.schedule });
    idle[Symbol.dispose]();
    expect(timer.waiting).toHaveLength(0);
  });

  it.each([0, 999, 30_001, Number.NaN])('refuses a pause of %s milliseconds', (everyMs) => {
    const { log } = memoryLog();
    expect(() => keepFresh({ refresh: async () => {} }, { log, everyMs })).toThrow('1000 to 30000');
  });
});
