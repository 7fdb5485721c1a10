import { setTimeout as sleepFor } from 'node:timers/promises';
import { isOstiaryError, type Logger } from '@ostiary/primitives';
import { Calls, type ConnectionLog, connectionLog } from '@ostiary/storage-sdk/server';
import { inWords, isCut, Refused, toOstiaryError, unavailable } from './api-error.ts';
import { type Status, statusOf } from './status.ts';
import type { ApiAnswer, ApiRequest, Transport } from './transport.ts';

const ANSWER_MS = 5_000;
const TOO_MANY = 429;
const UNAUTHORIZED = 401;
const SERVER_ERROR = 500;
/** Where the server does not say when to ask again. */
const PAUSE_S = 1;
/** Where it says: at once. */
const LEAST_PAUSE_S = 0.1;

/** What {@link Connections} work with. */
export interface ConnectionsOptions {
  readonly transport: Transport;
  readonly log: Logger;
  /** Waits the given milliseconds. Tests hand in their own. */
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

/**
 * Requests to one API. Each ends within five seconds. A server that has too much to do is asked again when it says; a
 * reader whose connection was cut is asked once more. A write is not repeated when its answer was lost.
 */
export class Connections {
  readonly #transport: Transport;
  readonly #sleep: (milliseconds: number) => Promise<unknown>;
  /** What is not answered at all. */
  readonly #reports: ConnectionLog;
  /** What is refused, by method: a server that lets read and not write answers readers all the time. */
  readonly #refusals = new Map<string, ConnectionLog>();
  readonly #newLog: () => ConnectionLog;
  readonly #calls = new Calls();

  constructor({ transport, log, sleep = sleepFor }: ConnectionsOptions) {
    this.#transport = transport;
    this.#sleep = sleep;
    this.#newLog = () =>
      connectionLog({
        failed: (error) => log.warn('kubernetes.connection_failed', { error }),
        recovered: (failures) => log.info('kubernetes.connection_recovered', { failures }),
      });
    this.#reports = this.#newLog();
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

  /** Sends a request, and answers whatever the API does. Rejects when there is no answer in time. */
  async send(request: ApiRequest): Promise<ApiAnswer> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    let waited = 0;
    for (;;) {
      const answer = await this.#attempt(request, signal);
      const pause = Math.max(answer.retryAfter ?? PAUSE_S, LEAST_PAUSE_S) * 1_000;
      if (answer.status !== TOO_MANY || waited + pause >= ANSWER_MS) return answer;
      waited += pause;
      await this.#sleep(pause);
    }
  }

  /**
   * Sends a request about records.
   *
   * @param expected which refusals are answers to it.
   * @throws {Refused} for the other ones.
   */
  async ask(request: ApiRequest, expected: (status: Status) => boolean): Promise<ApiAnswer> {
    const answer = await this.send(request);
    const refusals = this.#refusals.get(request.method) ?? this.#newLog();
    this.#refusals.set(request.method, refusals);
    if (answer.status >= 300) {
      const status = statusOf(answer);
      if (!expected(status)) {
        const refused = new Refused(status);
        refusals.failed(refused);
        throw refused;
      }
    }
    refusals.works();
    return answer;
  }

  /** Lets no more calls in, waits for those under way, and closes. */
  close(): Promise<void> {
    return this.#calls.close(() => this.#transport.close());
  }

  async #attempt(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    try {
      return this.#heard(await this.#transport.send(request, signal));
    } catch (error) {
      const failure = this.#failed(error);
      if (request.method !== 'GET' || !isCut(error)) throw failure;
    }
    try {
      return this.#heard(await this.#transport.send(request, signal));
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #heard(answer: ApiAnswer): ApiAnswer {
    if (answer.status < SERVER_ERROR) this.#reports.works();
    // A certificate of the client has ended, perhaps, and the file has another one.
    if (answer.status === UNAUTHORIZED) this.#transport.renew();
    return answer;
  }

  /** What befell one connection is likely to have befallen the idle ones, and would fail one call for each of them. */
  #failed(error: unknown): unknown {
    if (isOstiaryError(error)) return error;
    const reason = inWords(error);
    this.#reports.failed(reason);
    this.#transport.renew();
    return unavailable(reason);
  }
}
