/** One request and its answer: id, log line, counters, and the net under everything that throws. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Endpoint } from '@ostiary/issuer';
import type { Logger } from '@ostiary/primitives';
import type { Metrics } from '../ops/metrics.ts';
import { type Answer, send } from './answer.ts';
import type { Answers } from './answers.ts';
import type { ClientAddress } from './client-address.ts';
import { requestFields } from './issuer-request.ts';

/** `gone`: the client went away before it had sent everything, so nobody is left to answer. */
export type Outcome = Answer | 'gone';

/** A request under way, and what is found out about it. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse<IncomingMessage>;
  readonly requestId: string;
  readonly clientAddress: string | undefined;
  /** Of the clock `elapsed`. */
  readonly startedMs: number;
  /** Template for log and counters; absent while no route has matched. */
  route?: string;
  /** Path for the log where no route has matched. */
  path?: string;
  /** `watch`: probes and static files, which are not counted and logged only for fault finding. */
  interest?: 'count' | 'watch';
  audience?: Endpoint['audience'];
  outcome?: Outcome;
}

export interface ExchangeDeps {
  readonly answers: Answers;
  readonly metrics: Metrics | undefined;
  readonly log: Logger;
  readonly elapsed: () => number;
  readonly newRequestId: () => string;
  readonly clientAddress: ClientAddress;
}

/** What every request goes through, whoever answers it. */
export interface Exchanges {
  begin(req: IncomingMessage, res: ServerResponse<IncomingMessage>): Exchange;
  /** Sends the answer, counts it and writes its line. An answer that HTTP cannot carry becomes a 500. */
  end(exchange: Exchange, outcome: Outcome): void;
  /** Logs what was thrown, and answers what a stranger is told. */
  unexpected(exchange: Exchange, error: unknown): Answer;
}

export function createExchanges(deps: ExchangeDeps): Exchanges {
  const { answers, log, elapsed, newRequestId, clientAddress } = deps;
  const unexpected = (exchange: Exchange, error: unknown): Answer => {
    const { req, requestId, route, audience = 'program' } = exchange;
    log.error('http.unexpected', { ...requestFields(req, requestId), route, error });
    return answers.refuse({ why: 'internal', audience, requestId });
  };
  const deliver = (exchange: Exchange, outcome: Outcome): Delivered => {
    const { res, requestId } = exchange;
    if (outcome === 'gone' || res.destroyed) return { answer: 'gone', bytes: 0 };
    try {
      return { answer: outcome, bytes: send(res, requestId, outcome) };
    } catch (error) {
      const answer = unexpected(exchange, error);
      return { answer, bytes: send(res, requestId, answer) };
    }
  };
  return {
    begin: (req, res) => ({
      req,
      res,
      requestId: newRequestId(),
      clientAddress: clientAddress(req),
      startedMs: elapsed(),
    }),
    end(exchange, outcome) {
      const delivered = deliver(exchange, outcome);
      record(exchange, { ...delivered, milliseconds: elapsed() - exchange.startedMs }, deps);
    },
    unexpected,
  };
}

interface Delivered {
  readonly answer: Outcome;
  /** Length of its body. */
  readonly bytes: number;
}

interface Result extends Delivered {
  readonly milliseconds: number;
}

function record(exchange: Exchange, { answer, bytes, milliseconds }: Result, { metrics, log }: ExchangeDeps): void {
  const { req, route, path, requestId, clientAddress, interest } = exchange;
  // 499 is what proxies write for a client that closed the connection.
  const status = answer === 'gone' ? 499 : answer.status;
  const method = req.method ?? 'GET';
  if (route !== undefined && interest === 'count') {
    metrics?.observe({ route, method, status, seconds: milliseconds / 1000, bytes });
  }
  const ms = Math.round(milliseconds * 1000) / 1000;
  const fields = { ...requestFields(req, requestId), method, route, path, status, ms, clientAddress };
  if (interest === 'watch') log.debug('http.request', fields);
  else log.info('http.request', fields);
}
