import { Pool } from 'undici';
import type { Cluster } from './cluster.ts';

/** One request to the API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the URL of the server, with its query. */
  readonly path: string;
  readonly body?: unknown;
  /** Default: JSON. */
  readonly accept?: string;
}

/** What was answered, whatever its status. */
export interface ApiAnswer {
  readonly status: number;
  /** Seconds, where the server said when to ask again. */
  readonly retryAfter?: number;
  readonly text: string;
}

/** A way to one API server. */
export interface Transport {
  /** Rejects when there is no answer. */
  send(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer>;
  /** Takes new connections from now on, and reads again what they are made with. Requests under way go on. */
  renew(): void;
  close(): Promise<void>;
}

const CONNECTIONS = 20;
/** Shorter than the 60 seconds after which many load balancers forget a connection. */
const IDLE_MS = 30_000;
const CONNECT_MS = 5_000;

const contentType = (method: ApiRequest['method']): string =>
  method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';

/** Connections that are kept alive, over HTTP 1.1. */
export class HttpTransport implements Transport {
  readonly #cluster: Cluster;
  readonly #prefix: string;
  readonly #pools = new Set<Promise<Pool>>();
  #current: Promise<Pool> | undefined;

  /** Connects when the first request comes. */
  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    // A proxy in front of several clusters gives each a path.
    this.#prefix = cluster.server.pathname.replace(/\/+$/u, '');
  }

  async send(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    // undici does not look at the signal while a request waits for a connection. It is not sent afterwards.
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    return Promise.race([this.#exchange(request, signal), late]);
  }

  renew(): void {
    const old = this.#current;
    this.#current = undefined;
    if (old !== undefined) void this.#retire(old);
  }

  async close(): Promise<void> {
    this.#current = undefined;
    await Promise.allSettled([...this.#pools].map(async (pool) => (await pool).destroy()));
  }

  async #exchange(
    { method, path, body, accept = 'application/json' }: ApiRequest,
    signal: AbortSignal,
  ): Promise<ApiAnswer> {
    const [pool, authorization] = await Promise.all([this.#pool(), this.#cluster.authorization()]);
    const answer = await pool.request({
      method,
      path: `${this.#prefix}${path}`,
      headers: {
        accept,
        'user-agent': 'ostiary',
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { 'content-type': contentType(method) }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal,
    });
    const retryAfter = Number(answer.headers['retry-after'] ?? Number.NaN);
    const again = Number.isFinite(retryAfter) ? { retryAfter } : {};
    return { status: answer.statusCode, ...again, text: await answer.body.text() };
  }

  #pool(): Promise<Pool> {
    if (this.#current === undefined) {
      const made = this.#connect();
      this.#current = made;
      this.#pools.add(made);
      made.catch(() => this.#forget(made));
    }
    return this.#current;
  }

  async #connect(): Promise<Pool> {
    const connect = { ...(await this.#cluster.tls()), timeout: CONNECT_MS };
    return new Pool(this.#cluster.server.origin, { connections: CONNECTIONS, keepAliveTimeout: IDLE_MS, connect });
  }

  /** Ends when its last request does, each of which ends in time. */
  async #retire(old: Promise<Pool>): Promise<void> {
    await old.then((pool) => pool.close()).catch(() => undefined);
    this.#forget(old);
  }

  #forget(pool: Promise<Pool>): void {
    this.#pools.delete(pool);
    if (this.#current === pool) this.#current = undefined;
  }
}
