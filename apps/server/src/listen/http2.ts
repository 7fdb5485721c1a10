/** A server of HTTP/2, as gRPC needs it: over TLS of HTTP/1.1 as well, without TLS of nothing else. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  createSecureServer,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import { type Drainable, peerOf, responsesThatEnd } from './drain.ts';

/** Answers requests of either version. */
export type Http2Handler = (
  request: Http2ServerRequest | IncomingMessage,
  response: Http2ServerResponse | ServerResponse,
) => void;

/** A client that came over TLS and was not let in. */
export interface RefusedConnection {
  /** `ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE`, `CERT_HAS_EXPIRED` */
  readonly reason: string;
  /** The address; not known of those whose connection is gone already. */
  readonly from: string | undefined;
}

export interface Http2Options {
  readonly handler: Http2Handler;
  /** Told of those who have no certificate, or one that is no good. */
  readonly onRefused: (refused: RefusedConnection) => void;
  readonly tls?: SecureContextOptions & { readonly requireCertificate: boolean };
  /** Milliseconds after which a connection is let go on which nothing happens. Clients of gRPC make another when they need it. */
  readonly idleMs?: number;
  /** Milliseconds after which a request is given up that does not get on. */
  readonly stalledMs?: number;
}

export interface OpenHttp2 extends Pick<Http2Connections, 'unused'> {
  readonly server: Http2Server | ReturnType<typeof createSecureServer>;
  readonly drainable: Drainable;
  /**
   * Lets what is under way finish, and has everybody connect anew for the next.
   *
   * @returns cuts those of them that are still open: a request may be kept under way, and a handshake may have been.
   */
  renewConnections(): () => void;
}

const IDLE_MS = 5 * 60_000;
const STALLED_MS = 30_000;
const HANDSHAKE_MS = 10_000;
/** Of requests at a time on one connection. */
const MOST_STREAMS = 100;

/** Makes the server, which does not listen yet. */
export function createHttp2(options: Http2Options): OpenHttp2 {
  const { handler, onRefused, tls, idleMs = IDLE_MS, stalledMs = STALLED_MS } = options;
  const settings = { maxConcurrentStreams: MOST_STREAMS };
  const server = tls === undefined ? createServer({ settings }) : createSecure(tls, { settings });
  const connections = trackConnections(server);
  server.on('request', handler);
  server.setTimeout(idleMs);
  server.on('timeout', (session: ServerHttp2Session) => session.close());
  server.on('stream', (stream) => stream.setTimeout(stalledMs, () => stream.close(constants.NGHTTP2_CANCEL)));
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    const reason = whyRefused(error, socket);
    if (reason !== undefined) onRefused({ reason, from: socket.remoteAddress });
  });
  const drainable: Drainable = {
    getConnections: (done) => server.getConnections(done),
    close: (done) => server.close(done),
    closeIdleConnections: connections.endIdle,
    closeAllConnections: connections.cut,
  };
  return { server, drainable, unused: connections.unused, renewConnections: connections.renew };
}

function createSecure(
  { requireCertificate, ...context }: NonNullable<Http2Options['tls']>,
  { settings }: { readonly settings: { readonly maxConcurrentStreams: number } },
) {
  // One request a connection: who may ask is decided at its beginning.
  const { ServerResponse, sayGoodbye } = responsesThatEnd();
  sayGoodbye();
  const certificates = { requestCert: requireCertificate, rejectUnauthorized: requireCertificate };
  const limits = { headersTimeout: HANDSHAKE_MS, requestTimeout: STALLED_MS, handshakeTimeout: HANDSHAKE_MS };
  const http1 = { allowHTTP1: true, Http1ServerResponse: ServerResponse };
  return createSecureServer({ ...context, ...certificates, ...limits, ...http1, settings });
}

/** Only what a certificate is about: a port scan and a probe of a load balancer are nothing to tell. */
function whyRefused({ code = '' }: NodeJS.ErrnoException, socket: TLSSocket): string | undefined {
  // The type says Error; it is the code of OpenSSL.
  const unauthorized: unknown = socket.authorizationError;
  if (typeof unauthorized === 'string') return unauthorized;
  return code.includes('CERTIFICATE') ? code : undefined;
}

interface Connection {
  readonly socket: Socket;
  session?: ServerHttp2Session;
  /** Something was asked on it with HTTP/1.1. */
  asked?: true;
}

interface Http2Connections {
  /** Those on which nothing was begun, and those whose session is over and whose other end does not notice. */
  readonly unused: Iterable<Socket>;
  /** Begins nothing more on any, and ends those on which nothing is under way. */
  endIdle(): void;
  /** The same; what it answers cuts those that were there at that time. */
  renew(): () => void;
  cut(): void;
}

/** Node knows the sessions of a server and not their sockets, which it hides. */
function trackConnections(server: OpenHttp2['server']): Http2Connections {
  const open = new Map<string, Connection>();
  // Before Node's own listener, which makes the session.
  server.prependListener('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    const connection: Connection = { socket };
    open.set(peer, connection);
    socket.once('close', () => open.get(peer) === connection && open.delete(peer));
  });
  server.on('session', (session: ServerHttp2Session) => {
    const connection = open.get(peerOf(session.socket));
    if (connection !== undefined) connection.session = session;
  });
  server.on('request', ({ httpVersionMajor, socket }: Http2ServerRequest | IncomingMessage) => {
    const connection = httpVersionMajor === 1 ? open.get(peerOf(socket)) : undefined;
    if (connection !== undefined) connection.asked = true;
  });
  const isUnused = ({ session, asked }: Connection): boolean =>
    session === undefined ? asked !== true : session.destroyed;
  const endIdle = (): void => {
    for (const { session } of open.values()) session?.close();
  };
  const cut = (connections: Iterable<Connection>): void => {
    for (const { socket } of connections) socket.destroy();
  };
  return {
    unused: {
      [Symbol.iterator]: () =>
        [...open.values()]
          .filter(isUnused)
          .map(({ socket }) => socket)
          .values(),
    },
    endIdle,
    renew() {
      const before = [...open.values()];
      endIdle();
      return () => cut(before);
    },
    cut: () => cut(open.values()),
  };
}
