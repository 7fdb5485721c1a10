/**
 * The listener that the browser comes back to (RFC 8252 section 7.3): on an IP literal of this machine, under a path
 * that nobody can guess. Whatever does not carry the right `state` is turned away without ending the login, for every
 * program and every web page on this machine can send requests here.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { isLoopbackHost } from '../http/loopback-host.ts';
import { problem, systemCode } from '../problem.ts';
import { donePage, failedPage, methodPage, notFoundPage, type Page, strayPage } from './page.ts';

export interface ListenerOptions {
  /** `HOST:PORT`, host an IP literal of this machine; port 0 for any. */
  readonly address: string;
  /** The callback's path, with its leading slash. */
  readonly path: string;
  readonly state: string;
  /** Redeems the code and keeps the tokens. Called once; the browser waits for the outcome. */
  readonly redeem: (parameters: URLSearchParams) => Promise<void>;
}

export interface Listener extends AsyncDisposable {
  readonly redirectUri: string;
}

const HEADER_BYTES = 32_768;

/** Starts to listen. @throws {OstiaryError} `config/invalid` when the address cannot be used. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { host, port } = parseListenAddress(options.address);
  let authority = '';
  let used = false;
  const answer = async (request: IncomingMessage): Promise<Page> => {
    const parameters = callbackParameters(request, authority, options);
    if (!(parameters instanceof URLSearchParams)) return parameters;
    if (used) return strayPage;
    used = true;
    return options.redeem(parameters).then(
      () => donePage,
      () => failedPage,
    );
  };
  const limits = { maxHeaderSize: HEADER_BYTES, headersTimeout: 10_000, requestTimeout: 10_000, keepAlive: false };
  const server = createServer(limits, (request, response) => {
    void answer(request).then((page) => send(response, page));
  });
  server.maxConnections = 64;
  authority = `${isIP(host) === 6 ? `[${host}]` : host}:${await listen(server, host, port)}`;
  return {
    redirectUri: `http://${authority}${options.path}`,
    [Symbol.asyncDispose]: () => close(server),
  };
}

/** @throws {OstiaryError} `config/invalid` for anything that others could reach. */
export function parseListenAddress(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-f:]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (isIP(host) !== 0 && isLoopbackHost(host) && port <= 65_535) return { host, port };
  throw problem({
    code: 'config/invalid',
    cause: `"${text}" is not an address to listen on.`,
    remedy: 'Use an IP address of this machine and a port, for example --listen-address 127.0.0.1:8000',
  });
}

/** The callback's parameters, or the page for what is no callback of ours. */
function callbackParameters(
  request: IncomingMessage,
  authority: string,
  options: ListenerOptions,
): URLSearchParams | Page {
  // Browsers leave out the port when it is 80, and so does this.
  const { host } = new URL(`http://${authority}`);
  // Another Host means that a name of somebody else's was made to point here (DNS rebinding).
  if (request.headers.host !== host && request.headers.host !== authority) return strayPage;
  const target = `http://${authority}${request.url ?? '/'}`;
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url?.host !== host || url.pathname !== options.path) return notFoundPage;
  if (request.method !== 'GET') return methodPage;
  const states = url.searchParams.getAll('state');
  return states.length === 1 && sameText(states[0] ?? '', options.state) ? url.searchParams : strayPage;
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function send(response: ServerResponse, page: Page): void {
  response.writeHead(page.status, page.headers);
  response.end(response.req.method === 'HEAD' ? undefined : page.body);
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  await promise.catch((error: unknown) => {
    throw problem({
      code: 'config/invalid',
      cause: `Cannot listen on ${host}:${port} (${systemCode(error)}).`,
      remedy: 'Choose another port with --listen-address 127.0.0.1:PORT, or leave it out for any free one.',
      error,
    });
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Lets the last page get out, then cuts every connection. */
async function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), 500);
  await promise;
  clearTimeout(cut);
}
