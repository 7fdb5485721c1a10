/**
 * `fetch` over `node:https`. The global one loads slower, ignores proxies on some Node versions and trusts only the
 * roots that came with Node; a person's Go tools trust those of the system as well.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { ProxyChoice } from '@ostiary/connector-sdk/proxy';
import type { Fetch } from '@ostiary/primitives';
import { problem, systemCode } from '../problem.ts';
import { isLoopbackHost } from './loopback-host.ts';
import { isNetworkFailure } from './network-failure.ts';
import { createProxyAgent, refuseWithoutTunnel } from './proxy-agent.ts';
import { isTrustFailure, type TrustRoots } from './trust-roots.ts';

export interface NodeFetchOptions {
  readonly roots: TrustRoots;
  /** The proxy for a URL. Asked for https only: nothing else leaves this machine. */
  readonly proxyFor: ProxyChoice;
  /** For the whole exchange, from connecting to the last byte. Milliseconds. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

interface Exchange {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

/** A `fetch` that follows no redirect, bounds time and size, and refuses plain http except to this machine. */
export function createNodeFetch(options: NodeFetchOptions): Fetch {
  let roots = options.roots.first();
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname))) {
      throw problem({
        code: 'upstream/protocol',
        cause: `${url.origin} is not protected by https.`,
        remedy: 'Ask for the https address of the issuer.',
      });
    }
    const signal = AbortSignal.any([AbortSignal.timeout(options.timeoutMs), ...(init.signal ? [init.signal] : [])]);
    const body = init.body === undefined || init.body === null ? undefined : String(init.body);
    const headers = Object.fromEntries(new Headers(init.headers));
    // An aborted request says only that it was aborted; its signal knows why.
    const failed = (error: unknown): unknown => explainFailure(url, signal.aborted ? signal.reason : error);
    const exchange: Exchange = { url, method: init.method ?? 'GET', headers, body, signal };
    try {
      return await send(exchange, roots, options);
    } catch (error) {
      const more = isTrustFailure(error) ? options.roots.all() : undefined;
      if (more === undefined) throw failed(error);
      // Nothing was sent yet: the TLS handshake failed. The system's roots are slow to load, hence only now.
      roots = more;
      return await send(exchange, roots, options).catch((again: unknown) => {
        throw failed(again);
      });
    }
  };
}

async function send(exchange: Exchange, ca: string[] | undefined, options: NodeFetchOptions): Promise<Response> {
  const { url, method, signal, body } = exchange;
  const headers = { 'user-agent': 'kubectl-login', 'accept-encoding': 'identity', ...exchange.headers };
  const tls = { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) } as const;
  const agent = await chooseAgent(url, tls, options);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const start = url.protocol === 'http:' ? httpRequest : httpsRequest;
  const request = start(url, { method, signal, headers, agent, ...tls }, resolve);
  request.on('error', reject);
  refuseWithoutTunnel(request, url);
  request.end(body);
  try {
    const message = await promise;
    return toResponse(url, message, await readBody(url, message, options.maxBytes));
  } finally {
    request.destroy();
    agent.destroy();
  }
}

async function chooseAgent(url: URL, tls: SecureContextOptions, options: NodeFetchOptions): Promise<HttpAgent> {
  if (url.protocol === 'http:') return new HttpAgent();
  const proxy = options.proxyFor(url);
  return proxy === undefined ? new HttpsAgent() : await createProxyAgent(url, proxy, tls);
}

async function readBody(url: URL, message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > maxBytes) throw unacceptable(url, `is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  if (!message.complete) throw unreachable(url, new Error('the answer was cut off'));
  return Buffer.concat(chunks);
}

function toResponse(url: URL, message: IncomingMessage, body: Buffer): Response {
  const headers = new Headers();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    headers.append(message.rawHeaders[i] ?? '', message.rawHeaders[i + 1] ?? '');
  }
  const status = message.statusCode ?? 500;
  // A `Response` takes no other; without this it would look like a fault of ours.
  if (status < 200 || status > 599) throw unacceptable(url, `has the status ${status}`);
  const empty = status === 204 || status === 205 || status === 304;
  return new Response(empty ? null : new Uint8Array(body), { status, headers });
}

function unacceptable(url: URL, what: string): Error {
  return problem({
    code: 'upstream/protocol',
    cause: `The answer of ${url.host} ${what}.`,
    remedy: 'Check the issuer address; if it is right, tell the operator of the issuer.',
  });
}

/** Errors that are not the network's go on as they are: a fault of ours must be told as one. */
function explainFailure(url: URL, error: unknown): unknown {
  return isNetworkFailure(error) ? unreachable(url, error) : error;
}

function unreachable(url: URL, error: unknown): Error {
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const reason = timedOut ? 'no answer in time' : error instanceof Error ? error.message : String(error);
  const remedy = isTrustFailure(error)
    ? 'If the issuer has a private CA, pass it: --certificate-authority FILE'
    : 'Check the address, the network, VPN and proxy settings, then try again.';
  const code = 'upstream/unavailable';
  return problem({ code, cause: `${url.host} cannot be reached: ${reason || systemCode(error)}.`, remedy, error });
}
