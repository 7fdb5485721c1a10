import { randomBytes } from 'node:crypto';
import { OstiaryError } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import { createFakeTimers } from '../test/fake-timers.ts';
import { load, minimal } from '../test/load-config.ts';
import { serve } from './compose.ts';
import type { StorageSettings } from './config/config.ts';
import type { Effects } from './effects.ts';

/** A server whose storage is opened as told, with a signal to come. */
async function start(open: StorageSettings['open']) {
  const first = await load(minimal());
  const { config } = first;
  const { promise: stopped, resolve: stop } = Promise.withResolvers<NodeJS.Signals>();
  const exits: number[] = [];
  let log = '';
  const effects: Effects = {
    env: () => undefined,
    proxies: {},
    readFile: () => Promise.reject(new Error('no file')),
    now: () => new Date('2031-01-01T00:00:00Z'),
    elapsed: () => 0,
    random: randomBytes,
    newRequestId: () => 'request-1',
    jitter: () => 0.5,
    timers: createFakeTimers(),
    signals: { untilStop: () => stopped, onHangUp: () => {} },
    nodeWarnings: { writeTo: () => {} },
    threads: { names: async () => new Map(), priority: () => 0, setPriority: () => {} },
    exit: (code) => void exits.push(code),
    print: () => {},
    printError: (text) => {
      log += text;
    },
  };
  const loaded = { ...first, config: { ...config, storage: { ...config.storage, open } } };
  const served = serve({ load: async () => loaded }, effects);
  return { served, stop, exits, log: () => log };
}

describe('a server that is told to stop while it starts', () => {
  it('ends at once, and well, without waiting for a silent storage', async () => {
    const { served, stop, exits, log } = await start(() => new Promise(() => {}));
    stop('SIGTERM');
    await served;
    expect(exits).toEqual([0]);
    expect(log()).toMatch(/server\.stopping.* signal=SIGTERM during=start/u);
  });

  it('does not hear any more that the storage cannot be opened', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    const { served, stop, exits } = await start(() => promise);
    stop('SIGINT');
    await served;
    reject(new OstiaryError('storage/unavailable', 'too late'));
    await promise.catch(() => undefined);
    expect(exits).toEqual([0]);
  });
});

describe('a server whose storage cannot be opened', () => {
  it('fails, and leaves the exit code to its caller', async () => {
    const error = new OstiaryError('storage/unavailable', 'not there');
    const { served, exits } = await start(() => Promise.reject(error));
    await expect(served).rejects.toBe(error);
    expect(exits).toEqual([]);
  });
});
