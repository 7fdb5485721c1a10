import type { Logger } from '@ostiary/primitives';
import { Calls, type ConnectionLog } from '@ostiary/storage-sdk/server';
import type { GatewayRequest } from './endpoint.ts';
import { type Endpoints, etcdLog } from './endpoints.ts';
import { Refused, toOstiaryError } from './etcd-error.ts';
import { acceptedAnswer, type GatewayAnswer, isTokenRefused } from './gateway-status.ts';
import { type Credentials, Tokens } from './tokens.ts';

const ANSWER_MS = 5_000;

/** What {@link Connections} work with. */
export interface ConnectionsOptions {
  readonly endpoints: Pick<Endpoints, 'send' | 'close'>;
  readonly credentials: Credentials;
  readonly log: Logger;
}

/** Requests to one cluster, as whoever logs in there. Each ends within five seconds, and a login before it as well. */
export class Connections {
  readonly #endpoints: ConnectionsOptions['endpoints'];
  readonly #tokens: Tokens;
  /** Apart: an etcd that is full answers readers all the time. */
  readonly #refusals: Readonly<Record<'readers' | 'writers', ConnectionLog>>;
  readonly #calls = new Calls();

  constructor({ endpoints, credentials, log }: ConnectionsOptions) {
    this.#endpoints = endpoints;
    this.#tokens = new Tokens(credentials, (request) => this.send(request));
    this.#refusals = { readers: etcdLog(log), writers: etcdLog(log) };
  }

  /**
   * Lets one call of the driver, of several requests, run to its end.
   *
   * @throws {OstiaryError} `storage/unavailable` also when it was closed.
   */
  async call<R>(verb: () => Promise<R>): Promise<R> {
    try {
      return await this.#calls.run(verb);
    } catch (error) {
      throw toOstiaryError(error);
    }
  }

  /** Sends a request as nobody, and answers whatever etcd does. */
  send(request: GatewayRequest): Promise<GatewayAnswer> {
    return this.#endpoints.send(request, AbortSignal.timeout(ANSWER_MS));
  }

  /**
   * Sends a request, and answers whatever etcd does. A token that has ended is replaced.
   *
   * @throws {Refused} when there is no token to be had.
   */
  async exchange(request: GatewayRequest): Promise<GatewayAnswer> {
    const token = await this.#tokens.current();
    if (token === undefined) return this.send(request);
    const answer = await this.send({ ...request, token });
    if (!isTokenRefused(answer)) return answer;
    this.#tokens.forget(token);
    const renewed = await this.#tokens.current();
    return this.send(renewed === undefined ? request : { ...request, token: renewed });
  }

  /**
   * Sends a request, and answers what it comes to.
   *
   * @throws {Refused} when etcd does not carry it out. That is logged, each reason once.
   */
  async ask(request: GatewayRequest): Promise<unknown> {
    const refusals = this.#refusals[request.isReader ? 'readers' : 'writers'];
    try {
      const answer = acceptedAnswer(await this.exchange(request));
      refusals.works();
      return answer;
    } catch (error) {
      if (error instanceof Refused) refusals.failed(error);
      throw error;
    }
  }

  /** Lets no more calls in, waits for those under way, and closes. */
  close(): Promise<void> {
    return this.#calls.close(() => this.#endpoints.close());
  }
}
