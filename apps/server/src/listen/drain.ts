/** Ends a server without cutting what is under way. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Timers } from '../ops/timers.ts';

/** How often connections that have become idle are closed while the last requests finish. */
const LOOK_AGAIN_MS = 50;

export interface DrainOptions {
  readonly timers: Timers;
  /** Milliseconds until requests that are still under way are cut. */
  readonly limitMs: number;
}

/**
 * Stops accepting, lets requests finish, closes idle connections as they fall idle, and cuts what remains after the
 * limit. Answers `cut` when something had to be cut.
 */
export async function drain(server: Server, { timers, limitMs }: DrainOptions): Promise<'finished' | 'cut'> {
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
  const cancelCut = timers.after(limitMs, () => {
    outcome = 'cut';
    server.closeAllConnections();
  });
  await closed;
  cancelLook();
  cancelCut();
  return outcome;
}
