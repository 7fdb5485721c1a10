import { isOstiaryError, type Logger } from '@ostiary/primitives';
import { type ConnectionLog, connectionLog } from '@ostiary/storage-sdk/server';
import type { Endpoint, GatewayRequest } from './endpoint.ts';
import { inWords, isCut, NotConnected, unavailable } from './etcd-error.ts';
import type { GatewayAnswer } from './gateway-status.ts';

const SERVER_ERROR = 500;
/** So long a reader waits for one member while there is another to ask. */
const PATIENCE_MS = 2_000;

/** A log of what fails and of what works again, under the events of this storage. */
export function etcdLog(log: Logger): ConnectionLog {
  return connectionLog({
    failed: (error) => log.warn('etcd.connection_failed', { error }),
    recovered: (failures) => log.info('etcd.connection_recovered', { failures }),
  });
}

/**
 * The members of one cluster. One is asked as long as it answers; one that does not is passed over. A reader goes on with
 * the next at once, or on a new connection when there is only one. A write does so only where it was never sent.
 */
export class Endpoints {
  readonly #members: readonly Endpoint[];
  readonly #reports: ConnectionLog;
  #preferred = 0;

  constructor(members: readonly Endpoint[], log: Logger) {
    this.#members = members;
    this.#reports = etcdLog(log);
  }

  /**
   * Sends a request, and answers whatever etcd does.
   *
   * @param signal ends it all.
   * @throws {OstiaryError} `storage/unavailable` when there is no answer.
   */
  async send(request: GatewayRequest, signal: AbortSignal): Promise<GatewayAnswer> {
    const first = this.#preferred;
    const others = this.#members.length - 1;
    for (let passed = 0; ; passed += 1) {
      const index = (first + passed) % this.#members.length;
      const isLast = passed >= others;
      try {
        const answer = await this.#ask(index, request, isLast ? signal : patient(request, signal));
        if (answer.status < SERVER_ERROR || isLast || !request.isReader) return answer;
      } catch (error) {
        // One member is given a second connection.
        const mayCut = isCut(error) && request.isReader && passed < Math.max(others, 1);
        const mayPass = (error instanceof NotConnected || request.isReader) && !isLast;
        if (isOstiaryError(error)) throw error;
        if ((!mayCut && !mayPass) || signal.aborted) throw unavailable(inWords(error, this.#hostOf(index)));
      }
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.close()));
  }

  async #ask(index: number, request: GatewayRequest, signal: AbortSignal): Promise<GatewayAnswer> {
    const member = this.#members[index];
    if (member === undefined) throw unavailable();
    try {
      const answer = await member.send(request, signal);
      if (answer.status < SERVER_ERROR) this.#reports.works();
      else this.#passOver(index);
      return answer;
    } catch (error) {
      if (isOstiaryError(error)) throw error;
      this.#reports.failed(inWords(error, member.host));
      // What befell one connection is likely to have befallen the idle ones, and would fail one call for each of them.
      member.renew();
      this.#passOver(index);
      throw error;
    }
  }

  /** Of many calls that fail at the same member, one goes on to the next. */
  #passOver(index: number): void {
    if (this.#preferred === index) this.#preferred = (index + 1) % this.#members.length;
  }

  #hostOf(index: number): string {
    return this.#members[index]?.host ?? '';
  }
}

function patient({ isReader }: GatewayRequest, signal: AbortSignal): AbortSignal {
  return isReader ? AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) : signal;
}
