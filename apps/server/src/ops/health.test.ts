import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { type LogLine, recordingLogger } from '../../test/fake-issuer.ts';
import { createFakeTimers } from '../../test/fake-timers.ts';
import { createHealth } from './health.ts';

function setUp(run: () => Promise<void>) {
  const timers = createFakeTimers();
  let ms = Date.parse('2031-01-01T00:00:00Z');
  let asked = 0;
  const probe = {
    name: 'storage',
    run: () => {
      asked += 1;
      return run();
    },
  };
  const lines: LogLine[] = [];
  const log = recordingLogger(lines);
  const health = createHealth({ probes: [probe], now: () => new Date(ms), timers, log });
  const pass = (by: number): void => {
    ms += by;
  };
  return { health, timers, lines, asked: () => asked, pass };
}

describe('createHealth', () => {
  it('asks once for many callers, and again after a second', async () => {
    const { health, asked, pass } = setUp(async () => {});
    const reports = await Promise.all([health.report(), health.report()]);
    pass(999);
    await health.report();
    expect(asked()).toBe(1);
    pass(1);
    await health.report();
    expect(asked()).toBe(2);
    expect(reports[0]).toEqual({
      ready: true,
      components: {
        storage: {
          message: 'ok',
          timestamp: '2031-01-01T00:00:00.000Z',
          duration: 0,
          contiguousFailures: 0,
          timeOfFirstFailure: null,
        },
      },
    });
  });

  it('is not ready while a component fails, counts the failures, and heals', async () => {
    let broken = true;
    const { health, pass } = setUp(async () => {
      if (broken) throw new OstiaryError('storage/unavailable', 'The storage does not answer.');
    });
    expect(await health.isReady()).toBe(false);
    pass(1000);
    expect((await health.report()).components.storage).toMatchObject({
      error: { message: 'The storage does not answer.' },
      contiguousFailures: 2,
      timeOfFirstFailure: '2031-01-01T00:00:00.000Z',
    });
    broken = false;
    pass(1000);
    expect(await health.isReady()).toBe(true);
    expect((await health.report()).components.storage?.contiguousFailures).toBe(0);
  });

  it('tells strangers nothing of errors that are not ours', async () => {
    const { health } = setUp(async () => {
      throw new Error('password=hunter2');
    });
    expect(JSON.stringify(await health.report())).not.toContain('hunter2');
  });

  it('gives up a component that does not answer', async () => {
    const { health, timers } = setUp(() => new Promise(() => {}));
    const report = health.report();
    await timers.advance(2000);
    expect((await report).components.storage?.error?.message).toBe('storage did not answer within 2 seconds.');
  });

  it('is not ready once the server stops, whatever the components say', async () => {
    const { health } = setUp(async () => {});
    expect(await health.isReady()).toBe(true);
    health.stop();
    expect((await health.report()).ready).toBe(false);
    expect(await health.isReady()).toBe(false);
  });

  it('asks a slow component no second time while it is asked', async () => {
    const { health, timers, asked, pass } = setUp(() => new Promise(() => {}));
    const first = health.report();
    pass(1_500);
    const second = health.report();
    await timers.advance(2_000);
    expect(await first).toBe(await second);
    expect(asked()).toBe(1);
  });

  it('logs once which component fails and why, and once that it is well again', async () => {
    const error = new OstiaryError('storage/unavailable', 'The storage does not answer.', {
      cause: new Error('ENOSPC'),
    });
    let broken = false;
    const { health, lines, pass } = setUp(async () => {
      if (broken) throw error;
    });
    for (const next of [false, true, true, true, false, false, true]) {
      broken = next;
      await health.report();
      pass(1000);
    }
    expect(lines).toEqual([
      { level: 'error', event: 'health.failed', probe: 'storage', error },
      { level: 'info', event: 'health.recovered', probe: 'storage', failures: 3, since: '2031-01-01T00:00:01.000Z' },
      { level: 'error', event: 'health.failed', probe: 'storage', error },
    ]);
  });

  it('logs what fails from the beginning', async () => {
    const { health, lines } = setUp(() => Promise.reject(new Error('x')));
    await health.report();
    expect(lines).toMatchObject([{ event: 'health.failed', probe: 'storage' }]);
  });
});
