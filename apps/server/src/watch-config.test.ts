import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordingLogger } from '@ostiary/connector-sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeTimers } from '../test/fake-timers.ts';
import { hashOfText } from './config/fixed-parts.ts';
import { watchConfig } from './watch-config.ts';

describe('a configuration file that is watched', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watch-config-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  function watching(watched: string, started = 'one') {
    const timers = createFakeTimers();
    const log = recordingLogger();
    let reloads = 0;
    let text: string | undefined = started;
    const stop = watchConfig(
      { watched },
      {
        ...{ textHash: hashOfText('one'), timers, log },
        reload: async () => {
          reloads += 1;
        },
        readFile: async () => {
          if (text === undefined) throw new Error('gone');
          return text;
        },
      },
    );
    return {
      ...{ stop, timers, log },
      reloads: () => reloads,
      async finds(next: string | undefined) {
        text = next;
        await timers.advance(60_000);
      },
    };
  }

  it('is read again once for each text, and at the latest after a minute', async () => {
    const { finds, reloads, stop } = watching(join(folder, 'c.yaml'));
    await finds('one');
    expect(reloads()).toBe(0);
    await finds('two');
    await finds('two');
    expect(reloads()).toBe(1);
    await finds(undefined);
    expect(reloads()).toBe(1);
    await finds('one');
    expect(reloads()).toBe(2);
    stop[Symbol.dispose]();
    await finds('three');
    expect(reloads()).toBe(2);
  });

  it('is read again when it was written between the start and the first look', async () => {
    const { reloads, timers } = watching(join(folder, 'c.yaml'), 'two');
    await timers.advance(60_000);
    expect(reloads()).toBe(1);
  });

  it('is still looked at when its folder cannot be watched', async () => {
    const { finds, reloads, log } = watching(join(folder, 'none', 'c.yaml'));
    expect(log.lines.map(({ event }) => event)).toEqual(['config.watch_failed']);
    await finds('two');
    expect(reloads()).toBe(1);
  });
});
