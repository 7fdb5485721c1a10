import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { listenToSignals } from './signals.ts';

function setUp() {
  const events = new EventEmitter();
  const exits: number[] = [];
  const source = {
    on: (signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void) => events.on(signal, listener),
    exit: (code: number) => void exits.push(code),
  };
  return { signals: listenToSignals(source), send: (signal: NodeJS.Signals) => events.emit(signal, signal), exits };
}

describe('listenToSignals', () => {
  it('stops in order at the first signal and at once at the second', async () => {
    const { signals, send, exits } = setUp();
    const stopped = signals.untilStop();
    send('SIGINT');
    expect(await stopped).toBe('SIGINT');
    expect(exits).toEqual([]);
    send('SIGTERM');
    expect(exits).toEqual([1]);
  });

  it('hears SIGHUP during the start, when nothing is there yet to be done', () => {
    expect(setUp().send('SIGHUP')).toBe(true);
  });

  it('hears SIGHUP, so that it does not end the process', () => {
    const { signals, send } = setUp();
    let reloads = 0;
    signals.onHangUp(() => {
      reloads += 1;
    });
    expect(send('SIGHUP')).toBe(true);
    expect(reloads).toBe(1);
  });
});
