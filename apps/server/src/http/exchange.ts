/** One request and its answer: id, log line, counters, and the net under everything that throws. */
import type { IncomingMessage } from 'node:http';
import type { Endpoint } from '@ostiary/issuer';
import type { Logger } from '@ostiary/primitives';
import type { DefaultContext, Middleware, ParameterizedContext } from 'koa';
import type { Metrics } from '../ops/metrics.ts';
import { type Answer, send } from './answer.ts';
import type { Answers } from './answers.ts';
import type { ClientAddress } from './client-address.ts';
import { requestFields } from './issuer-request.ts';

/** `gone`: the client went away before it had sent everything, so nobody is left to answer. */
export type Outcome = Answer | 'gone';

/** What the router found out about a request. */
export interface Exchange {
  requestId: string;
  clientAddress: string | undefined;
  /** Template for log and counters; absent while no route has matched. */
  route?: string;
  /** `watch`: probes and static files, which are not counted and logged only for fault finding. */
  interest?: 'count' | 'watch';
  audience?: Endpoint['audience'];
  outcome?: Outcome;
}

export type HostContext = ParameterizedContext<Exchange, DefaultContext>;

export interface ExchangeDeps {
  readonly answers: Answers;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly elapsed: () => number;
  readonly newRequestId: () => string;
  readonly clientAddress: ClientAddress;
  /** Path of the issuer; nothing of it is shown outside. */
  readonly base: string;
}

/** The outermost middleware. Koa's own way to respond is left aside: an answer is complete when it gets here. */
export function exchange(deps: ExchangeDeps): Middleware<Exchange, DefaultContext> {
  return async (ctx, next) => {
    const started = deps.elapsed();
    ctx.respond = false;
    ctx.state.requestId = deps.newRequestId();
    ctx.state.clientAddress = deps.clientAddress(ctx.req);
    const delivered = deliver(ctx, await settle(ctx, next, deps), deps);
    record(ctx, { ...delivered, milliseconds: deps.elapsed() - started }, deps);
  };
}

async function settle(ctx: HostContext, next: () => Promise<unknown>, deps: ExchangeDeps): Promise<Outcome> {
  try {
    await next();
    return ctx.state.outcome ?? notFound(ctx, deps);
  } catch (error) {
    return unexpected(ctx, error, deps);
  }
}

interface Delivered {
  readonly answer: Outcome;
  /** Length of its body. */
  readonly bytes: number;
}

/** Sends; an answer that HTTP cannot carry becomes a 500. */
function deliver(ctx: HostContext, outcome: Outcome, deps: ExchangeDeps): Delivered {
  if (outcome === 'gone' || ctx.res.destroyed) return { answer: 'gone', bytes: 0 };
  try {
    return { answer: outcome, bytes: send(ctx.res, ctx.state.requestId, outcome) };
  } catch (error) {
    const answer = unexpected(ctx, error, deps);
    return { answer, bytes: send(ctx.res, ctx.state.requestId, answer) };
  }
}

function unexpected(ctx: HostContext, error: unknown, { answers, log }: ExchangeDeps): Answer {
  const { requestId, route, audience = 'program' } = ctx.state;
  log.error('http.unexpected', { ...requestFields(ctx.req, requestId), route, error });
  return answers.refuse({ why: 'internal', audience, requestId });
}

function notFound(ctx: HostContext, { answers, base }: ExchangeDeps): Answer {
  const inside = ctx.path === base || ctx.path.startsWith(`${base}/`);
  return inside && wantsPage(ctx.req)
    ? answers.refuse({ why: 'not_found', audience: 'person', requestId: ctx.state.requestId })
    : answers.text(404, '404 page not found\n');
}

const wantsPage = (req: IncomingMessage): boolean => req.headers.accept?.includes('text/html') === true;

interface Result extends Delivered {
  readonly milliseconds: number;
}

function record(ctx: HostContext, { answer, bytes, milliseconds }: Result, { metrics, log }: ExchangeDeps): void {
  const { route, requestId, clientAddress, interest } = ctx.state;
  // 499 is what proxies write for a client that closed the connection.
  const status = answer === 'gone' ? 499 : answer.status;
  const method = ctx.method;
  if (route !== undefined && interest === 'count') {
    metrics.observe({ route, method, status, seconds: milliseconds / 1000, bytes });
  }
  const ms = Math.round(milliseconds * 1000) / 1000;
  const fields = { ...requestFields(ctx.req, requestId), method, route, status, ms, clientAddress };
  if (interest === 'watch') log.debug('http.request', fields);
  // Only where no route matched is the path worth a line; it has no query, and no end that a stranger chooses.
  else log.info('http.request', route === undefined ? { ...fields, path: ctx.path.slice(0, 200) } : fields);
}
