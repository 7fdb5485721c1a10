/** The telemetry listener: metrics and health, for the cluster and not for the world. No issuer path, as in Dex. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { pathOf } from '../http/request-target.ts';
import type { Health } from './health.ts';
import type { ServerMetrics } from './metrics.ts';

export interface TelemetryOptions {
  readonly metrics: Pick<ServerMetrics, 'render' | 'contentType'>;
  readonly health: Health;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Answers `/metrics`, `/healthz`, `/healthz/ready` and `/healthz/live`. */
export function createTelemetry(options: TelemetryOptions): RequestListener {
  return (request, response) => {
    answerTo(request, options).then(
      (it) => send(response, it),
      () => send(response, plain(500, 'This could not be read. The log says more.\n')),
    );
  };
}

/** A promise from its first step on: what a request listener throws ends the process. */
async function answerTo({ method, url = '/' }: IncomingMessage, options: TelemetryOptions): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Only GET is answered here.\n');
  // Taken apart as text: what a stranger asks for, `//` for one, need not be a URL.
  const [path, query] = (pathOf(url) ?? url).split('?', 2);
  return await route({ path, query: new URLSearchParams(query) }, options);
}

interface Target {
  readonly path: string | undefined;
  readonly query: URLSearchParams;
}

async function route({ path, query }: Target, { metrics, health }: TelemetryOptions): Promise<Answer> {
  switch (path) {
    case '/metrics':
      return { status: 200, type: metrics.contentType, body: await metrics.render() };
    case '/healthz/live':
      return plain(200, 'ok');
    case '/healthz':
    case '/healthz/ready':
      return healthAnswer(await health.report(), query.get('type') === 'short' ? 'short' : 'full');
    default:
      return plain(404, 'Try /metrics, /healthz, /healthz/ready or /healthz/live.\n');
  }
}

function healthAnswer(report: Awaited<ReturnType<Health['report']>>, form: 'short' | 'full'): Answer {
  const components = Object.entries(report.components).map(([name, result]) => {
    const short = result.error === undefined ? 'PASS' : 'FAIL';
    return [name, form === 'short' ? short : result] as const;
  });
  const body = JSON.stringify(Object.fromEntries(components));
  return { status: report.ready ? 200 : 503, type: 'application/json', body };
}

const plain = (status: number, body: string): Answer => ({ status, type: 'text/plain; charset=utf-8', body });

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
