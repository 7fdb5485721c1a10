import { silentLogger } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { createFakeTimers } from '../../test/fake-timers.ts';
import { type JobOutcome, startJob } from './job.ts';

function setUp(run: (signal: AbortSignal) => Promise<JobOutcome>, jitter = 0.5) {
  const timers = createFakeTimers();
  const errors: unknown[] = [];
  const log = { ...silentLogger, error: (_event: string, fields?: unknown) => void errors.push(fields) };
  const job = startJob({ name: 'j', everyMs: 1000, run }, { timers, log, jitter: () => jitter });
  return { timers, job, errors };
}

describe('startJob', () => {
  it('runs again and again, one round at a time', async () => {
    let rounds = 0;
    let finish = (): void => {};
    const { timers, job } = setUp(async () => {
      rounds += 1;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return 'done';
    });
    await timers.advance(1000);
    await timers.advance(5000);
    expect(rounds).toBe(1);
    finish();
    await timers.advance(0);
    await timers.advance(1000);
    expect(rounds).toBe(2);
    finish();
    await job[Symbol.asyncDispose]();
  });

  it('goes on after a failure, and says it', async () => {
    let rounds = 0;
    const { timers, errors } = setUp(async () => {
      rounds += 1;
      throw new Error('down');
    });
    await timers.advance(1000);
    await timers.advance(1000);
    expect(rounds).toBe(2);
    expect(errors).toMatchObject([{ job: 'j' }, { job: 'j' }]);
  });

  it('comes back soon when there is more to do', async () => {
    const { timers } = setUp(async () => 'again');
    expect(timers.waiting).toEqual([1000]);
    await timers.advance(1000);
    expect(timers.waiting).toEqual([50]);
  });

  it.each([
    [0, 850],
    [1, 1150],
  ])('spreads rounds by 15 %%: jitter %d waits %d ms', (jitter, wait) => {
    const { timers } = setUp(async () => 'done', jitter);
    expect(timers.waiting).toEqual([wait]);
  });

  it('tells a round to end, waits for it, and starts no other', async () => {
    let ended = false;
    const { timers, job } = setUp(async (signal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      ended = true;
      return 'again';
    });
    await timers.advance(1000);
    await job[Symbol.asyncDispose]();
    expect(ended).toBe(true);
    expect(timers.waiting).toEqual([]);
  });
});
