/** Ends a server without cutting what is under way. */
import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { Timers } from '../ops/timers.ts';

/**
 * How long a server that is told to stop goes on as before, except that each answer ends its connection. Clients and
 * proxies that keep connections need an answer to learn of it, and a load balancer takes a moment to look elsewhere.
 * No option: where clients hear of it later than that, only whoever runs the server knows when (preStop of Kubernetes).
 */
const FAREWELL_MS = 1000;

/** How often connections that have become idle are closed while the last requests finish. */
const LOOK_AGAIN_MS = 50;

/**
 * Whom a server that ends waits for. `everybody`: also those who do not know yet that it ends, and are about to
 * connect. `connected`: only those who are, so that it ends at once when nobody is.
 */
export type Farewell = 'everybody' | 'connected';

/** A server that can be ended. */
export interface Drainable {
  getConnections(done: (error: Error | null, count: number) => void): unknown;
  /** Accepts nobody any more; `done` when the last connection is closed. */
  close(done: () => void): unknown;
  closeIdleConnections(): void;
  closeAllConnections(): void;
}

export interface DrainOptions {
  readonly timers: Timers;
  readonly farewell: Farewell;
  /** Milliseconds until requests that are still under way are cut. */
  readonly limitMs: number;
  /** Connections on which nothing is under way, and which the server does not count among its idle ones. */
  readonly unused: Iterable<Socket>;
  /** See {@link responsesThatEnd}. */
  readonly sayGoodbye: () => void;
}

/**
 * Says farewell, stops accepting, lets requests finish, closes idle connections as they fall idle, and cuts what
 * remains after the limit. Answers `cut` when something had to be cut.
 */
export async function drain(
  server: Drainable,
  { timers, farewell, limitMs, unused, sayGoodbye }: DrainOptions,
): Promise<'finished' | 'cut'> {
  let outcome: 'finished' | 'cut' = 'finished';
  sayGoodbye();
  const cancelCut = timers.after(limitMs, () => {
    outcome = 'cut';
    server.closeAllConnections();
  });
  if (farewell === 'everybody' || (await hasConnections(server))) {
    await new Promise<void>((resolve) => timers.after(Math.min(FAREWELL_MS, limitMs), resolve));
  }
  await close(server, timers, unused);
  cancelCut();
  return outcome;
}

const hasConnections = (server: Drainable): Promise<boolean> =>
  new Promise((resolve) => server.getConnections((error, count) => resolve(error !== null || count > 0)));

async function close(server: Drainable, timers: Timers, unused: Iterable<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // One that has just been made may have its request on the way.
  const cancelUnused = timers.after(FAREWELL_MS, () => {
    for (const socket of unused) socket.destroy();
  });
  let cancelLook = (): void => {};
  const look = (): void => {
    server.closeIdleConnections();
    cancelLook = timers.after(LOOK_AGAIN_MS, look);
  };
  look();
  await closed;
  cancelUnused();
  cancelLook();
}

/**
 * The open connections of a server on which nothing was ever asked: browsers and load balancers open some ahead. Node
 * does not count them among the idle ones, and would wait for them until their time for a first request is over.
 */
export function unusedConnections(server: Server): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  const add = (socket: Socket): void => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  };
  server.on('request', ({ socket }: IncomingMessage) => unused.delete(socket));
  server.on('connection', add);
  if (server instanceof TlsServer) forgetHandshakes(server, unused);
  server.on('secureConnection', add);
  return unused;
}

/** Until its handshake is done, a connection of HTTPS has another socket. Nothing but the peer tells which. */
function forgetHandshakes(server: TlsServer, unused: Set<Socket>): void {
  const shaking = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    shaking.set(peer, socket);
    socket.once('close', () => shaking.get(peer) === socket && shaking.delete(peer));
  });
  server.on('secureConnection', (secured) => {
    const peer = peerOf(secured);
    const socket = shaking.get(peer);
    shaking.delete(peer);
    if (socket !== undefined) unused.delete(socket);
  });
}

/** What tells one connection of a server from the others. */
export const peerOf = ({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string =>
  `${remoteAddress} ${remotePort}`;

/** The responses of a server that can be told, all at once, to end their connections. */
export interface ResponsesThatEnd {
  /** For the option of that name of a server. */
  readonly ServerResponse: typeof ServerResponse;
  /** From now on each answer that begins says that its connection ends, also to a request that is under way. */
  sayGoodbye(): void;
}

/** Keeps nothing for a request: the head of every answer, also one that Node writes by itself, goes through `writeHead`. */
export function responsesThatEnd(): ResponsesThatEnd {
  let ending = false;
  class Response<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
    // Passed on as they came: message and headers, or headers alone.
    override writeHead(status: number, ...rest: [never?, never?]): this {
      if (ending) this.shouldKeepAlive = false;
      return super.writeHead(status, ...rest);
    }
  }
  return {
    ServerResponse: Response,
    sayGoodbye() {
      ending = true;
    },
  };
}
