import type { IncomingMessage, ServerResponse } from 'node:http';
import { recordingLogger } from '@ostiary/connector-sdk/testing';
import { describe, expect, it } from 'vitest';
import { createFakeTimers } from '../test/fake-timers.ts';
import type { Generation } from './generation.ts';
import { startTurnover } from './turnover.ts';

type Request = IncomingMessage;
type Response = ServerResponse<IncomingMessage> & { req: IncomingMessage };

const log = recordingLogger();

function world() {
  const events: string[] = [];
  const generation = (name: string): Generation => ({
    handler: () => void events.push(`${name} answers`),
    // Nobody asks for these here.
    keys: undefined as never,
    administration: undefined as never,
    connectors: { opened: 1, failed: 0 },
    async [Symbol.asyncDispose]() {
      events.push(`${name} closes`);
    },
  });
  const timers = createFakeTimers();
  // What they say is not looked at.
  const ask = (handler: Generation['handler']): void => handler({} as Request, {} as Response);
  return { events, generation, timers, ask };
}

describe('a configuration that follows another', () => {
  it('answers from then on; the one before is closed when its last requests must be done', async () => {
    const { events, generation, timers, ask } = world();
    await using turnover = startTurnover(generation('one'), { timers, log });
    const { handler } = turnover;
    ask(handler);
    turnover.follow(generation('two'));
    ask(handler);
    expect(events).toEqual(['one answers', 'two answers']);
    await timers.advance(89_999);
    expect(events).toHaveLength(2);
    await timers.advance(1);
    expect(events).toEqual(['one answers', 'two answers', 'one closes']);
  });

  it('is closed with those that have not gone yet, each once', async () => {
    const { events, generation, timers } = world();
    const turnover = startTurnover(generation('one'), { timers, log });
    turnover.follow(generation('two'));
    await timers.advance(90_000);
    turnover.follow(generation('three'));
    await turnover[Symbol.asyncDispose]();
    await timers.advance(200_000);
    expect(events.toSorted()).toEqual(['one closes', 'three closes', 'two closes']);
  });
});
