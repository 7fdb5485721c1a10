import { isOstiaryError } from '@ostiary/primitives';
import type { TlsMaterial } from '@ostiary/storage-sdk/server';
import { buildConnector, Pool } from 'undici';
import { NotConnected } from './etcd-error.ts';
import type { GatewayAnswer } from './gateway-status.ts';

/** One request to the JSON gateway of etcd. */
export interface GatewayRequest {
  readonly path: string;
  /** Absent: GET. */
  readonly body?: object;
  /** It changes nothing, so it may be sent again when its answer was lost. */
  readonly isReader: boolean;
  /** Says who asks. */
  readonly token?: string;
}

/** A way to one member. */
export interface Endpoint {
  /** Name and port, for messages. */
  readonly host: string;
  /**
   * Rejects when there is no answer.
   *
   * @throws {NotConnected} when nothing was sent.
   */
  send(request: GatewayRequest, signal: AbortSignal): Promise<GatewayAnswer>;
  /** Takes new connections from now on. Requests under way go on. */
  renew(): void;
  close(): Promise<void>;
}

/** What a connection is made with. Without a `ca` the authorities that Node brings are trusted. */
export interface ConnectionMaterial extends TlsMaterial {
  /** The name in the certificate, where it is not that of the endpoint. */
  readonly servername?: string;
}

/** Asked for each connection: files may have been replaced. */
export type ReadMaterial = () => Promise<ConnectionMaterial>;

const CONNECTIONS = 20;
/** Shorter than the 60 seconds after which many load balancers forget a connection. */
const IDLE_MS = 30_000;
const CONNECT_MS = 2_000;

/** Connections that are kept alive, over HTTP 1.1. Made when the first request comes. */
export class HttpEndpoint implements Endpoint {
  readonly host: string;
  readonly #origin: string;
  readonly #material: ReadMaterial;
  readonly #pools = new Set<Pool>();
  #current: Pool | undefined;

  constructor(origin: string, material: ReadMaterial) {
    this.#origin = origin;
    this.host = origin.replace(/^https?:\/\//u, '');
    this.#material = material;
  }

  async send(request: GatewayRequest, signal: AbortSignal): Promise<GatewayAnswer> {
    signal.throwIfAborted();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const giveUp = (): void => reject(signal.reason);
    // undici does not look at the signal while a request waits for a connection. It is not sent afterwards.
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([this.#exchange(request, signal), late]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  renew(): void {
    const old = this.#current;
    this.#current = undefined;
    // Ends when its last request does, each of which ends in time.
    void old?.close().then(
      () => this.#pools.delete(old),
      () => undefined,
    );
  }

  async close(): Promise<void> {
    this.#current = undefined;
    await Promise.allSettled([...this.#pools].map((pool) => pool.destroy()));
  }

  async #exchange({ path, body, token }: GatewayRequest, signal: AbortSignal): Promise<GatewayAnswer> {
    const answer = await this.#pool().request({
      method: body === undefined ? 'GET' : 'POST',
      path,
      headers: {
        'user-agent': 'ostiary',
        ...(token === undefined ? {} : { authorization: token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal,
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }

  #pool(): Pool {
    if (this.#current === undefined) {
      const connect = connectorOf(this.#material);
      this.#current = new Pool(this.#origin, { connections: CONNECTIONS, keepAliveTimeout: IDLE_MS, connect });
      this.#pools.add(this.#current);
    }
    return this.#current;
  }
}

/** Tells what goes wrong before there is a connection from what goes wrong on one. */
function connectorOf(material: ReadMaterial): buildConnector.connector {
  return (options, callback) => {
    const fail = (error: unknown): void => {
      callback(isOstiaryError(error) ? error : new NotConnected(error), null);
    };
    const connect = async (): Promise<void> => {
      const connector = buildConnector({ ...(await material()), timeout: CONNECT_MS });
      connector(options, (...[error, socket]) => {
        if (error === null) callback(null, socket);
        else fail(error);
      });
    };
    connect().catch(fail);
  };
}
