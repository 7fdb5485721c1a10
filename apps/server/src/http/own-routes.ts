/** What the host serves besides the issuer's endpoints: home, health, robots.txt and the pages' files. */
import type { Page } from '@ostiary/issuer';
import type { Answers } from './answers.ts';
import type { Outcome } from './exchange.ts';
import type { HostContext } from './koa-exchange.ts';
import type { Route } from './routes.ts';

/** A file of the pages. Its name changes with its content, so that browsers may keep it for ever. */
export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

export interface OwnRouteOptions {
  readonly answers: Answers;
  readonly assets: readonly Asset[];
  readonly home: Page;
  /** Whether the server can do its work. */
  readonly isHealthy: () => Promise<boolean>;
}

export function ownRoutes({ answers, assets, home, isHealthy }: OwnRouteOptions): readonly Route[] {
  const homePage = answers.page(200, home);
  const robots = answers.text(200, 'User-agent: *\nDisallow: /\n');
  const healthy = answers.text(200, 'Health check passed', noStore);
  const unhealthy = answers.text(500, 'Health check failed.', noStore);
  return [
    getRoute('/', () => homePage),
    getRoute('/robots.txt', () => robots),
    getRoute('/healthz', async () => ((await isHealthy()) ? healthy : unhealthy)),
    getRoute('/assets/:name', assetHandler(answers, assets)),
  ];
}

const noStore = ['cache-control', 'no-store'];

function assetHandler(answers: Answers, assets: readonly Asset[]): (ctx: HostContext) => Outcome {
  const missing = answers.text(404, '404 page not found\n');
  const found = new Map(
    assets.map(({ name, type, content }) => {
      const headers = ['content-type', type, 'cache-control', 'public, max-age=31536000, immutable'];
      return [name, answers.data(200, Buffer.from(content), headers)] as const;
    }),
  );
  return (ctx) => found.get(ctx.params.name) ?? missing;
}

function getRoute(path: Route['path'], handler: (ctx: HostContext) => Outcome | Promise<Outcome>): Route {
  return { path, interest: 'watch', audience: 'program', cors: undefined, handlers: new Map([['GET', handler]]) };
}
