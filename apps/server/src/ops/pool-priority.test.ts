import { describe, expect, it } from 'vitest';
import { type LogLine, recordingLogger } from '../../test/fake-issuer.ts';
import { poolGivesWay, type Threads } from './pool-priority.ts';

/** Threads by id: name and nice value. */
function fakeThreads(all: Record<number, readonly [string, number]>) {
  const nice = new Map(Object.entries(all).map(([id, [, value]]) => [Number(id), value]));
  const threads: Threads = {
    names: async () => new Map(Object.entries(all).map(([id, [name]]) => [Number(id), name])),
    priority: (id) => nice.get(id) ?? Number.NaN,
    setPriority: (id, value) => void nice.set(id, value),
  };
  const lines: LogLine[] = [];
  return {
    threads,
    nice: () => Object.fromEntries(nice),
    lines,
    giveWay: (own = threads) => poolGivesWay(own, recordingLogger(lines)),
  };
}

describe('the threads of the pool', () => {
  it('give way, and no other thread does', async () => {
    const { giveWay, nice, lines } = fakeThreads({
      10: ['MainThread', 0],
      11: ['V8Worker', 0],
      12: ['libuv-worker', 0],
      13: ['libuv-worker', 0],
    });
    await giveWay();
    expect(nice()).toEqual({ 10: 0, 11: 0, 12: 5, 13: 5 });
    expect(lines).toEqual([{ level: 'debug', event: 'threads.pool_gives_way', threads: 2 }]);
  });

  it('give way by as much in a process that gives way itself: nobody may raise what is low', async () => {
    const { giveWay, nice } = fakeThreads({
      10: ['MainThread', 10],
      12: ['libuv-worker', 10],
      13: ['libuv-worker', 17],
    });
    await giveWay();
    expect(nice()).toEqual({ 10: 10, 12: 15, 13: 19 });
  });

  it('are none where threads cannot be told apart', async () => {
    const { giveWay, lines } = fakeThreads({});
    await giveWay();
    expect(lines).toEqual([{ level: 'debug', event: 'threads.pool_gives_way', threads: 0 }]);
  });

  it('stay as they are when the system does not allow it, and the log says so', async () => {
    const { giveWay, threads, lines } = fakeThreads({ 12: ['libuv-worker', 0] });
    const error = new Error('EACCES');
    const refusing: Threads = {
      ...threads,
      setPriority: () => {
        throw error;
      },
    };
    await giveWay(refusing);
    expect(lines).toEqual([{ level: 'debug', event: 'threads.priority_refused', error }]);
  });
});
