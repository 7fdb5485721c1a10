/** Discovery and the key set: what every verifier asks for, over and over. */
import type { RequestListener } from 'node:http';
import type { Endpoint, Reply } from '@ostiary/issuer';
import type { Logger } from '@ostiary/primitives';
import type { Answer } from './answer.ts';
import type { Answers } from './answers.ts';
import type { Cookies } from './cookies.ts';
import { type Cors, withCors } from './cors.ts';
import type { Exchange, Exchanges } from './exchange.ts';
import { HostRequest } from './issuer-request.ts';

export interface DocumentDeps {
  readonly exchanges: Exchanges;
  readonly answers: Answers;
  readonly cookies: Cookies;
  readonly cors: Cors | undefined;
  readonly log: Logger;
  /** Path of the issuer. */
  readonly base: string;
}

/**
 * Answers plain GET requests for what is the same for everybody, and hands everything else to `next`: other methods, a
 * query, another spelling. It stands ahead of the router, whose work for a request is more than that of these answers.
 */
export function documentsFirst(
  endpoints: readonly Endpoint[],
  next: RequestListener,
  deps: DocumentDeps,
): RequestListener {
  const same = endpoints.filter(({ sameForAll, methods }) => sameForAll === true && methods.includes('GET'));
  const documents = new Map(same.map((endpoint) => [`${deps.base}${endpoint.path}`, serveDocument(endpoint, deps)]));
  return (req, res) => {
    const document = req.method === 'GET' ? documents.get(req.url ?? '') : undefined;
    if (document === undefined) next(req, res);
    else void document(deps.exchanges.begin(req, res));
  };
}

const counted = (answer: Answer): Answer => ({ ...answer, bytes: Buffer.byteLength(answer.body) });

function serveDocument(endpoint: Endpoint, deps: DocumentDeps): (exchange: Exchange) => Promise<void> {
  const { exchanges, answers, cookies, log } = deps;
  const cors = endpoint.cors ? deps.cors : undefined;
  let made: { readonly of: Reply; readonly answer: Answer } | undefined;
  return async (exchange) => {
    const { req, requestId, clientAddress } = exchange;
    exchange.route = endpoint.path;
    exchange.interest = 'count';
    exchange.audience = endpoint.audience;
    let outcome: Answer;
    try {
      const parts = { req, params: {}, querystring: '', body: {}, cookies, requestId, log, clientAddress } as const;
      const reply = await endpoint.handle(new HostRequest(parts));
      if (made?.of !== reply) made = { of: reply, answer: counted(answers.reply(reply)) };
      outcome = withCors(made.answer, cors, req);
    } catch (error) {
      outcome = exchanges.unexpected(exchange, error);
    }
    exchanges.end(exchange, outcome);
  };
}
