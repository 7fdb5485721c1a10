/** The HTTP side of the server: an issuer's endpoints and pages as a Koa app. */
import type { RequestListener } from 'node:http';
import { issuerPath, type Logger } from '@ostiary/primitives';
import Koa, { type DefaultContext } from 'koa';
import { createPages } from '../pages/pages.tsx';
import { createAnswers } from './answers.ts';
import { clientAddressReader } from './client-address.ts';
import { createCookies } from './cookies.ts';
import { createCors } from './cors.ts';
import { documentsFirst } from './documents.ts';
import { createExchanges, type Exchange } from './exchange.ts';
import { koaExchange } from './koa-exchange.ts';
import type { HostOptions } from './options.ts';
import { ownRoutes } from './own-routes.ts';
import { pathsOnly } from './request-target.ts';
import { createRouting, endpointRoutes } from './routes.ts';
import { createSecurityHeaders } from './security-headers.ts';

export type { Frontend, HostOptions, TrustedProxies } from './options.ts';

/**
 * Makes the request listener: everything below the issuer's path, and nothing outside it.
 *
 * @throws {OstiaryError} `config/invalid` for a network or a header that cannot be used.
 */
export type CreateHost = (options: HostOptions) => RequestListener;

export const createHost: CreateHost = (options) => {
  const { id, log, requestScope, frontend, metrics, elapsed, newRequestId, isHealthy } = options;
  const base = issuerPath(id);
  const scheme = new URL(id).protocol === 'https:' ? 'https' : 'http';
  const pages = createPages({ frontend, base });
  const security = createSecurityHeaders({ scheme, imageSources: pages.imageSources, overrides: options.headers });
  const cookies = createCookies(scheme);
  const answers = createAnswers({ security, cookies, render: pages.render });
  const cors = createCors(options);
  const home = { name: 'home', issuer: id } as const;
  // The issuer's endpoints come last, so that they win: an issuer may have a home page of its own.
  const routes = [
    ...ownRoutes({ answers, assets: pages.assets, home, isHealthy }),
    ...endpointRoutes(options.issuer.endpoints, { answers, cookies, cors, log, requestScope }),
  ];
  const clientAddress = clientAddressReader(options.trustedProxies);
  const exchanges = createExchanges({ answers, metrics, log, elapsed, newRequestId, clientAddress });
  const app = new Koa<Exchange, DefaultContext>();
  app.on('error', (error: unknown) => logKoaError(error, log));
  app.use(koaExchange({ exchanges, answers, base }));
  const routing = createRouting(base, routes, answers);
  app.use(routing.fixed).use(routing.patterns.routes());
  const router = app.callback();
  const deps = { exchanges, answers, cookies, cors, log, base };
  const documents = documentsFirst(options.issuer.endpoints, (req, res) => void router(req, res), deps);
  return pathsOnly(documents, deps);
};

/** What reaches Koa's own handler is a socket that broke while it was written to, or a fault of this host. */
function logKoaError(error: unknown, log: Logger): void {
  if (error instanceof Error && 'code' in error) log.debug('http.socket_error', { error });
  else log.error('http.unexpected', { error });
}
