/** Ends a server without cutting what is under way. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Timers } from '../ops/timers.ts';

/** How often connections that have become idle are closed while the last requests finish. */
const LOOK_AGAIN_MS = 50;

/** What a connection without a request is left to make one, which may be on its way. */
const FIRST_REQUEST_MS = 1000;

export interface DrainOptions {
  readonly timers: Timers;
  /** Milliseconds until requests that are still under way are cut. */
  readonly limitMs: number;
  /** See {@link unusedConnections}. */
  readonly unused: ReadonlySet<Socket>;
}

/**
 * Stops accepting, lets requests finish, closes idle connections as they fall idle, and cuts what remains after the
 * limit. Answers `cut` when something had to be cut.
 */
export async function drain(server: Server, { timers, limitMs, unused }: DrainOptions): Promise<'finished' | 'cut'> {
  let outcome: 'finished' | 'cut' = 'finished';
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // After this, an answer tells its client that the connection ends.
  const sayGoodbye = (_request: IncomingMessage, response: ServerResponse): void => {
    response.shouldKeepAlive = false;
  };
  server.prependListener('request', sayGoodbye);
  let cancelLook = (): void => {};
  const look = (): void => {
    server.closeIdleConnections();
    cancelLook = timers.after(LOOK_AGAIN_MS, look);
  };
  look();
  const cancelUnused = timers.after(FIRST_REQUEST_MS, () => {
    for (const socket of unused) socket.destroy();
  });
  const cancelCut = timers.after(limitMs, () => {
    outcome = 'cut';
    server.closeAllConnections();
  });
  await closed;
  for (const cancel of [cancelLook, cancelUnused, cancelCut]) cancel();
  return outcome;
}

/**
 * The open connections of a server on which nothing was ever asked: browsers and load balancers open some ahead. Node
 * does not count them among the idle ones, and would wait for them until their time for a first request is over.
 */
export function unusedConnections(server: Server, event: 'connection' | 'secureConnection'): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  server.on(event, (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage) => unused.delete(socket));
  return unused;
}
