/** The outermost middleware of the Koa app. */
import type { IncomingMessage } from 'node:http';
import type { DefaultContext, Middleware, ParameterizedContext } from 'koa';
import type { Answers } from './answers.ts';
import type { Exchange, Exchanges, Outcome } from './exchange.ts';

export type HostContext = ParameterizedContext<Exchange, DefaultContext>;

export interface KoaExchangeDeps {
  readonly exchanges: Exchanges;
  readonly answers: Answers;
  /** Path of the issuer; nothing of it is shown outside. */
  readonly base: string;
}

/** Makes each request an exchange. Koa's own way to respond is left aside: an answer is complete when it gets here. */
export function koaExchange(deps: KoaExchangeDeps): Middleware<Exchange, DefaultContext> {
  return async (ctx, next) => {
    ctx.respond = false;
    ctx.state = deps.exchanges.begin(ctx.req, ctx.res);
    deps.exchanges.end(ctx.state, await settle(ctx, next, deps));
  };
}

async function settle(ctx: HostContext, next: () => Promise<unknown>, deps: KoaExchangeDeps): Promise<Outcome> {
  try {
    await next();
    // A path that no route has taken is worth a line; it has no query, and no end that a stranger chooses.
    if (ctx.state.route === undefined) ctx.state.path = ctx.path.slice(0, 200);
    return ctx.state.outcome ?? notFound(ctx, deps);
  } catch (error) {
    return deps.exchanges.unexpected(ctx.state, error);
  }
}

function notFound(ctx: HostContext, { answers, base }: KoaExchangeDeps): Outcome {
  const inside = ctx.path === base || ctx.path.startsWith(`${base}/`);
  return inside && wantsPage(ctx.req)
    ? answers.refuse({ why: 'not_found', audience: 'person', requestId: ctx.state.requestId })
    : answers.text(404, '404 page not found\n');
}

const wantsPage = (req: IncomingMessage): boolean => req.headers.accept?.includes('text/html') === true;
