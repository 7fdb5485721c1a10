import { describe, expect, it } from 'vitest';
import { poolGivesWay, type Threads } from './pool-priority.ts';

/** Threads by id: name and nice value. */
function fakeThreads(all: Record<number, readonly [string, number]>) {
  const nice = new Map(Object.entries(all).map(([id, [, value]]) => [Number(id), value]));
  const threads: Threads = {
    names: async () => new Map(Object.entries(all).map(([id, [name]]) => [Number(id), name])),
    priority: (id) => nice.get(id) ?? Number.NaN,
    setPriority: (id, value) => void nice.set(id, value),
  };
  return { threads, nice: () => Object.fromEntries(nice) };
}

describe('the threads of the pool', () => {
  it('give way, and no other thread does', async () => {
    const { threads, nice } = fakeThreads({
      10: ['MainThread', 0],
      11: ['V8Worker', 0],
      12: ['libuv-worker', 0],
      13: ['libuv-worker', 0],
    });
    await expect(poolGivesWay(threads)).resolves.toBe(2);
    expect(nice()).toEqual({ 10: 0, 11: 0, 12: 5, 13: 5 });
  });

  it('give way by as much in a process that gives way itself: nobody may raise what is low', async () => {
    const { threads, nice } = fakeThreads({
      10: ['MainThread', 10],
      12: ['libuv-worker', 10],
      13: ['libuv-worker', 17],
    });
    await poolGivesWay(threads);
    expect(nice()).toEqual({ 10: 10, 12: 15, 13: 19 });
  });

  it('are none where threads cannot be told apart', async () => {
    await expect(poolGivesWay(fakeThreads({}).threads)).resolves.toBe(0);
  });

  it('say so when the system does not allow it', async () => {
    const { threads } = fakeThreads({ 12: ['libuv-worker', 0] });
    const refused = new Error('EACCES');
    const refusing: Threads = {
      ...threads,
      setPriority: () => {
        throw refused;
      },
    };
    await expect(poolGivesWay(refusing)).rejects.toBe(refused);
  });
});
