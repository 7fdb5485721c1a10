/** A peer: a program in a process of its own, which tells its address when it listens and answers questions. */
import { once } from 'node:events';
import { join } from 'node:path';
import { type ManagedProcess, startProcess, withTail } from '@ostiary/tooling-servers';

/** Programs in `peers/`. */
export type PeerName = 'bare-http' | 'bare-koa' | 'bare-signing' | 'openid-provider' | 'raw-signing';

/** What a peer is told to do, and what it answers. */
export interface Question {
  readonly id: number;
  readonly ask: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

export interface Peer extends AsyncDisposable {
  ask(question: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** Starts the program. Its first question should be `open`. */
export async function startPeer(name: PeerName): Promise<Peer> {
  const running = await startProcess({
    name,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'peers', `${name}.ts`)],
    messages: 'channel',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let last = 0;
  return {
    async ask(ask) {
      last += 1;
      const answer = answerTo(running, last);
      running.child.send({ id: last, ask } satisfies Question);
      return answer;
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

async function answerTo(running: ManagedProcess, id: number): Promise<unknown> {
  const over = new AbortController();
  void running.exited.then(() => over.abort());
  for (;;) {
    const [reply] = await once(running.child, 'message', { signal: over.signal }).catch(() => {
      throw new Error(withTail('a peer ended', running.log()));
    });
    const { id: answered, answer, error } = reply as Answer; // only serve() of peers/serve.ts writes here
    if (answered !== id) continue;
    if (error !== undefined) throw new Error(withTail(error, running.log()));
    return answer;
  }
}
