/** One open port: a server with limits, that ends in order. */
import { createServer as createHttpServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { type Clock, type Logger, OstiaryError } from '@ostiary/primitives';
import type { Timers } from '../ops/timers.ts';
import { formatListenAddress, type ListenAddress } from './address.ts';
import {
  type Drainable,
  type DrainOptions,
  drain,
  type Farewell,
  responsesThatEnd,
  unusedConnections,
} from './drain.ts';
import { createHttp2, type Http2Handler, type RefusedConnection } from './http2.ts';
import { loadTls, type ReadTextFile, type TlsSettings } from './tls-files.ts';
import { startTlsReload, type TlsReload } from './tls-reload.ts';

/** Calls of before other certificates count get so long to finish: who is shut out could hold them back for ever. */
const RENEWAL_MS = 30_000;

export interface ListenerDeps {
  readonly timers: Timers;
  readonly now: Clock;
  readonly log: Logger;
  readonly readFile: ReadTextFile;
}

interface CommonOptions {
  /** The configuration key, for messages: `web.http`. */
  readonly name: string;
  readonly address: ListenAddress;
  /** Present: over TLS. */
  readonly tls?: TlsSettings;
  /** Milliseconds that requests get to finish when the listener ends. */
  readonly drainMs: number;
}

export interface Http1ListenerOptions extends CommonOptions {
  readonly protocol?: 'http1';
  readonly handler: RequestListener;
}

export interface Http2ListenerOptions extends CommonOptions {
  readonly protocol: 'http2';
  readonly handler: Http2Handler;
  readonly onRefused: (refused: RefusedConnection) => void;
}

export type ListenerOptions = Http1ListenerOptions | Http2ListenerOptions;

export interface Listener extends AsyncDisposable {
  /** Where it listens, with the port that a 0 became: `127.0.0.1:5556`. */
  readonly address: string;
  /** Reads the certificate files again; nothing for HTTP. */
  reload(): Promise<void>;
  /** Ends in order, once; disposing does so with a farewell to those who are connected. */
  close(farewell: Farewell): Promise<void>;
}

/**
 * A request that does not get on is given up, so that slow clients cannot hold the server: headers within 10 s, all of
 * it within 30 s. Idle connections live longer than Go programs (90 s) and the usual load balancers (60 s) keep them; else
 * these would send a request into a connection that is being closed.
 */
const limits: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 95_000,
  // Cookies of several logins in parallel; Node's own 16 KB is little for that.
  maxHeaderSize: 32 * 1024,
  connectionsCheckingInterval: 5_000,
};

/**
 * Opens the port.
 *
 * @throws {OstiaryError} `config/invalid` when the address cannot be used or the certificate is no good.
 */
export async function openListener(options: ListenerOptions, deps: ListenerDeps): Promise<Listener> {
  const { server, tls, ending } = await createServer(options, deps);
  try {
    await listen(server, options);
    server.on('error', (error) => deps.log.error('listener.failed', { name: options.name, error }));
  } catch (error) {
    await tls?.[Symbol.asyncDispose]();
    throw error;
  }
  const address = boundAddress(server, options.address);
  deps.log.info('listener.opened', { name: options.name, address });
  const end = async (farewell: Farewell): Promise<void> => {
    await tls?.[Symbol.asyncDispose]();
    const { server: drainable, ...more } = ending;
    const outcome = await drain(drainable, { ...deps, farewell, limitMs: options.drainMs, ...more });
    deps.log.info('listener.closed', { name: options.name, requests: outcome });
  };
  let closing: Promise<void> | undefined;
  const close = (farewell: Farewell): Promise<void> => {
    closing ??= end(farewell);
    return closing;
  };
  return { address, reload: async () => tls?.reload(), close, [Symbol.asyncDispose]: () => close('connected') };
}

interface CreatedServer {
  readonly server: NetServer;
  readonly tls?: TlsReload;
  readonly ending: Pick<DrainOptions, 'unused' | 'sayGoodbye'> & { readonly server: Drainable };
}

const createServer = (options: ListenerOptions, deps: ListenerDeps): Promise<CreatedServer> =>
  options.protocol === 'http2' ? createForHttp2(options, deps) : createForHttp1(options, deps);

async function createForHttp1(
  { handler, tls: settings }: Http1ListenerOptions,
  deps: ListenerDeps,
): Promise<CreatedServer> {
  const { ServerResponse, sayGoodbye } = responsesThatEnd();
  const created = (server: Server) => ({ server, ending: { server, unused: unusedConnections(server), sayGoodbye } });
  if (settings === undefined) return created(createHttpServer({ ...limits, ServerResponse }, handler));
  const loaded = await loadTls(settings, deps.readFile);
  const server = createHttpsServer({ ...limits, ServerResponse, ...loaded.options, handshakeTimeout: 10_000 }, handler);
  return { ...created(server), tls: startTlsReload(server, { settings, loaded, ...deps }) };
}

async function createForHttp2(
  { handler, onRefused, tls: settings }: Http2ListenerOptions,
  deps: ListenerDeps,
): Promise<CreatedServer> {
  // HTTP/2 has no answer that ends its connection: the server says that it goes when it closes (GOAWAY).
  const sayGoodbye = (): void => {};
  const loaded = settings && (await loadTls(settings, deps.readFile));
  const requireCertificate = settings?.clientCaFile !== undefined;
  const tls = loaded && { ...loaded.options, requireCertificate };
  const { server, drainable, unused, renewConnections } = createHttp2({ handler, onRefused, ...(tls && { tls }) });
  const created = { server, ending: { server: drainable, unused, sayGoodbye } };
  if (settings === undefined || loaded === undefined || !('setSecureContext' in server)) return created;
  // Who was let in with a certificate shows it again to those whom clients are from now.
  const onTakenUp = (): void => void deps.timers.after(RENEWAL_MS, renewConnections());
  return { ...created, tls: startTlsReload(server, { settings, loaded, onTakenUp, ...deps }) };
}

function listen(server: NetServer, { name, address }: CommonOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const refused = (cause: NodeJS.ErrnoException): void => reject(listenError(cause, name, address));
    server.once('error', refused);
    server.listen(address, () => {
      server.removeListener('error', refused);
      resolve();
    });
  });
}

const remedies: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another program. Stop that program, or choose another port',
  EACCES: 'may not be used by this user. Choose a port above 1023, or grant CAP_NET_BIND_SERVICE',
  EADDRNOTAVAIL: 'is not an address of this machine. Use one that is, or :PORT for all',
  ENOTFOUND: 'has a host name that cannot be resolved. Write an IP address, or :PORT for all',
};

function listenError(cause: NodeJS.ErrnoException, name: string, address: ListenAddress): OstiaryError {
  const remedy = remedies[cause.code ?? ''] ?? `cannot be listened on (${cause.code ?? 'unknown cause'}). Check it`;
  return new OstiaryError('config/invalid', `${name}: ${formatListenAddress(address)} ${remedy}.`, { cause });
}

function boundAddress(server: NetServer, wanted: ListenAddress): string {
  const bound: AddressInfo | string | null = server.address();
  return formatListenAddress(typeof bound === 'object' && bound !== null ? { ...wanted, port: bound.port } : wanted);
}
