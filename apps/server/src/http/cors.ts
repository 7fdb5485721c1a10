/** Cross-origin reads (Fetch standard), with Dex's rules. Credentials are never allowed. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Answer, HeaderList } from './answer.ts';

const methods = new Set(['GET', 'HEAD', 'POST']);
/** Headers that need no permission (CORS-safelisted, and the one browsers set). */
const freeHeaders = new Set(['accept', 'accept-language', 'content-language', 'origin']);

export interface Cors {
  /** Headers of an ordinary answer. */
  headers(origin: string | undefined): HeaderList;
  /** The answer to an OPTIONS request. */
  preflight(headers: IncomingHttpHeaders): Preflight;
}

export interface Preflight {
  readonly status: number;
  readonly headers: HeaderList;
}

export interface CorsOptions {
  readonly allowedOrigins: readonly string[];
  readonly allowedHeaders: readonly string[];
}

/** CORS for the endpoints that scripts may call; `undefined` when no origin is allowed. */
export function createCors({ allowedOrigins, allowedHeaders }: CorsOptions): Cors | undefined {
  if (allowedOrigins.length === 0) return undefined;
  const headersFor = allowedOrigins.includes('*') ? () => forAll : echo(new Set(allowedOrigins));
  const allowed = new Set(allowedHeaders.map((name) => name.toLowerCase()));
  return {
    headers: headersFor,
    preflight(headers) {
      const permission = headersFor(headers.origin);
      if (headers.origin === undefined || !permission.includes('access-control-allow-origin')) {
        return { status: 200, headers: permission };
      }
      const status = preflightStatus(headers, allowed);
      if (status !== 200) return { status, headers: permission };
      const granted = requestedHeaders(headers).filter((name) => !freeHeaders.has(name));
      const grant = granted.length === 0 ? [] : ['access-control-allow-headers', granted.join(', ')];
      return { status: 200, headers: [...permission, ...grant] };
    },
  };
}

/** An answer with what its reader's origin is allowed; as it is where no origin is. */
export function withCors(answer: Answer, cors: Cors | undefined, req: IncomingMessage): Answer {
  if (cors === undefined) return answer;
  return { ...answer, headers: [...answer.headers, ...cors.headers(req.headers.origin)] };
}

// Sent to everybody, so that a cache need not keep one copy for each origin.
const forAll: HeaderList = ['access-control-allow-origin', '*'];
const vary: HeaderList = ['vary', 'origin'];

const echo =
  (origins: ReadonlySet<string>) =>
  (origin: string | undefined): HeaderList =>
    origin !== undefined && origins.has(origin) ? ['access-control-allow-origin', origin, ...vary] : vary;

function preflightStatus(headers: IncomingHttpHeaders, allowed: ReadonlySet<string>): 200 | 400 | 403 | 405 {
  const method = headers['access-control-request-method'];
  if (method === undefined) return 400;
  if (!methods.has(method)) return 405;
  const refused = requestedHeaders(headers).some((name) => !freeHeaders.has(name) && !allowed.has(name));
  return refused ? 403 : 200;
}

function requestedHeaders(headers: IncomingHttpHeaders): readonly string[] {
  const names = headers['access-control-request-headers']?.split(',') ?? [];
  return names.map((name) => name.trim().toLowerCase()).filter((name) => name !== '');
}
