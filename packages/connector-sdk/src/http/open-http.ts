import type { Fetch } from '@ostiary/primitives';
import { type Response as UndiciResponse, fetch as undiciFetch } from 'undici';
import type { HttpOptions, OpenHttp } from '../define.ts';
import { createDispatchers, type Dispatchers } from './dispatchers.ts';
import { unreachable } from './failure.ts';
import { limitedBody, tooLarge } from './limited-body.ts';
import { type ProxyEnvironment, proxyChoice } from './proxy.ts';

/** Milliseconds a request may take, its body included. A person is waiting in front of it. */
export const defaultTimeoutMs = 10_000;

/** Bytes of a body. Discovery documents and key sets have a few kilobytes; userinfo with many groups, some hundred. */
export const defaultMaxBytes: number = 2 * 1024 * 1024;

/**
 * The network for connectors. Connections are kept alive and shared by all who ask with the same options; dispose of
 * it to close them.
 *
 * What it gives differs from the global `fetch`: proxies are used, the system's certificate authorities are trusted
 * besides Node's, a request ends after a total time, a body after a number of bytes (decompressed), and a redirect is
 * not followed unless the request says `redirect: 'follow'`. A failure is an `OstiaryError`: `upstream/unavailable`,
 * or `upstream/protocol` for a body that is too large.
 *
 * @param environment `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, read by the composition root.
 * @throws {OstiaryError} `config/invalid` for a proxy variable that holds no URL, or names a SOCKS proxy.
 */
export function openHttp(environment: ProxyEnvironment): OpenHttp & AsyncDisposable {
  const proxyFor = proxyChoice(environment);
  const opened = new Map<string, { readonly fetch: Fetch; readonly dispatchers: Dispatchers }>();
  const open: OpenHttp = (options = {}) => {
    const key = JSON.stringify(Object.entries(options).sort(([a], [b]) => a.localeCompare(b)));
    const known = opened.get(key);
    if (known !== undefined) return known.fetch;
    const dispatchers = createDispatchers(options, proxyFor);
    const fetch = createFetch(options, dispatchers);
    opened.set(key, { fetch, dispatchers });
    return fetch;
  };
  return Object.assign(open, {
    async [Symbol.asyncDispose]() {
      await Promise.all([...opened.values()].map(({ dispatchers }) => dispatchers[Symbol.asyncDispose]()));
      opened.clear();
    },
  });
}

function createFetch(options: HttpOptions, dispatchers: Dispatchers): Fetch {
  const { timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes } = options;
  return async (input, init) => {
    const asked = input instanceof Request ? await unpack(input) : { url: new URL(input), init: {} };
    const { signal, headers, body, ...rest }: RequestInit = { ...asked.init, ...init };
    const time = AbortSignal.timeout(timeoutMs);
    try {
      const response = await undiciFetch(asked.url, {
        redirect: 'manual',
        ...rest,
        headers: [...new Headers(headers)],
        body: sendable(body),
        signal: signal ? AbortSignal.any([signal, time]) : time,
        dispatcher: dispatchers.forUrl(asked.url),
      });
      return await limitedResponse(response, { maxBytes, host: asked.url.host });
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw unreachable(asked.url.host, cause);
    }
  };
}

async function unpack(request: Request): Promise<{ url: URL; init: RequestInit }> {
  const { method, headers, redirect, signal } = request;
  const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  // A Request says `follow` when nobody chose; following must be asked for in `init`.
  return {
    url: new URL(request.url),
    init: { method, headers, signal, body, ...(redirect === 'error' ? { redirect } : {}) },
  };
}

function sendable(body: RequestInit['body']): string | URLSearchParams | Uint8Array | null {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string' || body instanceof URLSearchParams || body instanceof Uint8Array) return body;
  throw new TypeError('a connector sends text, a form (URLSearchParams) or bytes');
}

async function limitedResponse(
  response: UndiciResponse,
  limit: { readonly maxBytes: number; readonly host: string },
): Promise<Response> {
  const { status, statusText, body } = response;
  if (Number(response.headers.get('content-length') ?? 0) > limit.maxBytes) {
    await body?.cancel();
    throw tooLarge(limit);
  }
  const hasBody = body !== null && ![204, 205, 304].includes(status);
  const limited = new Response(hasBody ? limitedBody(body, limit) : null, {
    status,
    statusText,
    headers: [...response.headers],
  });
  return Object.defineProperty(limited, 'url', { value: response.url });
}
