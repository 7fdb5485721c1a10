/** Which path leads where. Paths match byte for byte: no trailing slash, no other case, no cleaning. */
import Router from '@koa/router';
import type { Endpoint } from '@ostiary/issuer';
import type { Logger } from '@ostiary/primitives';
import type { DefaultContext, Middleware } from 'koa';
import type { RequestScope } from '../ops/request-scope.ts';
import type { Answer } from './answer.ts';
import type { Answers, Refused } from './answers.ts';
import type { Cookies } from './cookies.ts';
import { type Cors, withCors } from './cors.ts';
import type { Exchange, Outcome } from './exchange.ts';
import { isWellEncoded } from './form.ts';
import { HostRequest, requestFields } from './issuer-request.ts';
import type { HostContext } from './koa-exchange.ts';
import { readRequestBody } from './request-body.ts';

export interface RouteDeps {
  readonly answers: Answers;
  readonly cookies: Cookies;
  readonly cors: Cors | undefined;
  readonly log: Logger;
  readonly requestScope: RequestScope;
}

/** A path and everything that may be done there. */
export interface Route {
  readonly path: `/${string}`;
  readonly interest: 'count' | 'watch';
  readonly audience: Endpoint['audience'];
  readonly cors: Cors | undefined;
  readonly handlers: ReadonlyMap<string, (ctx: HostContext) => Outcome | Promise<Outcome>>;
}

/** The issuer's endpoints as routes; endpoints with one path and different methods share a route. */
export function endpointRoutes(endpoints: readonly Endpoint[], deps: RouteDeps): readonly Route[] {
  const paths = new Set(endpoints.map(({ path }) => path));
  return [...paths].flatMap((path) => {
    const here = endpoints.filter((endpoint) => endpoint.path === path);
    const [first] = here;
    if (first === undefined) return [];
    const handlers = here.flatMap((endpoint) =>
      endpoint.methods.map((method) => [method, (ctx: HostContext) => callEndpoint(endpoint, ctx, deps)] as const),
    );
    const cors = here.some((endpoint) => endpoint.cors) ? deps.cors : undefined;
    return [{ path, interest: 'count', audience: first.audience, cors, handlers: new Map(handlers) }] as const;
  });
}

export interface Routing {
  /** Paths without parameters. Nearly all are, the busy ones among them: they are looked up, not tried in turn. */
  readonly fixed: Middleware<Exchange, DefaultContext>;
  readonly patterns: Router<Exchange>;
}

/** Leads requests to `routes` below the path of the issuer. */
export function createRouting(base: string, routes: readonly Route[], answers: Answers): Routing {
  const fixed = new Map<string, (ctx: HostContext) => Promise<void>>();
  const patterns = new Router<Exchange, DefaultContext>({ strict: true, sensitive: true });
  for (const route of routes) {
    const serve = server(route, answers);
    const path = route.path === '/' && base !== '' ? '' : route.path;
    if (route.path.includes(':')) patterns.all(`${escapePattern(base)}${path}`, serve);
    else fixed.set(`${base}${path}`, serve);
  }
  return { fixed: (ctx, next) => fixed.get(ctx.path)?.(ctx) ?? next(), patterns };
}

function server(route: Route, answers: Answers): (ctx: HostContext) => Promise<void> {
  const name = route.path.replace(/:(\w+)/g, '{$1}');
  const allow = allowedMethods(route);
  return async (ctx) => {
    ctx.state.route = name;
    ctx.state.interest = route.interest;
    ctx.state.audience = route.audience;
    ctx.state.outcome = await dispatch(ctx, route, { answers, allow });
  };
}

interface Dispatch {
  readonly answers: Answers;
  readonly allow: string;
}

async function dispatch(ctx: HostContext, route: Route, { answers, allow }: Dispatch): Promise<Outcome> {
  const { cors, handlers, audience } = route;
  if (ctx.method === 'OPTIONS' && cors !== undefined) {
    const { status, headers } = cors.preflight(ctx.req.headers);
    return answers.text(status, '', ['allow', allow, ...headers]);
  }
  const handler = handlers.get(ctx.method === 'HEAD' ? 'GET' : ctx.method);
  if (handler === undefined) {
    const { requestId } = ctx.state;
    return answers.refuse({ why: 'method_not_allowed', audience, requestId, headers: ['allow', allow] });
  }
  const outcome = await handler(ctx);
  return outcome === 'gone' ? outcome : withCors(outcome, cors, ctx.req);
}

async function callEndpoint(endpoint: Endpoint, ctx: HostContext, deps: RouteDeps): Promise<Outcome> {
  const { requestId, clientAddress } = ctx.state;
  const refuse = (why: 'bad_request' | 'request_too_large', more: Pick<Refused, 'headers' | 'sentence'> = {}): Answer =>
    deps.answers.refuse({ why, audience: endpoint.audience, requestId, ...more });
  const querystring = ctx.querystring;
  if (!isWellEncoded(ctx.path) || !isWellEncoded(querystring)) return refuse('bad_request');
  const body = await readRequestBody(ctx.req, endpoint);
  switch (body) {
    case 'aborted':
      return 'gone';
    case 'malformed':
      return refuse('bad_request', endpoint.reads === 'json' ? { sentence: 'The body is not JSON in UTF-8.' } : {});
    case 'too_large':
      // The rest of the body would be read as the next request.
      return refuse('request_too_large', { headers: ['connection', 'close'] });
    default: {
      const { cookies, log, requestScope } = deps;
      const parts = {
        req: ctx.req,
        params: ctx.params ?? {},
        querystring,
        body,
        cookies,
        requestId,
        log,
        clientAddress,
      };
      const handled = requestScope.run(
        () => requestFields(ctx.req, requestId),
        () => endpoint.handle(new HostRequest(parts)),
      );
      return deps.answers.reply(await handled);
    }
  }
}

function allowedMethods({ handlers, cors }: Route): string {
  const methods = [...handlers.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return [...methods, ...(cors === undefined ? [] : ['OPTIONS'])].join(', ');
}

/** A configured path is text, not a pattern: signs that the router would read are escaped. */
const escapePattern = (path: string): string => path.replace(/[{}()[\]+?!:*\\]/g, '\\$&');
