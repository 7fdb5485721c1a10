/** An issuer of a few endpoints that do what a test asks for, and hosts around it. */
import type { Endpoint, IssuerRequest, Reply } from '@ostiary/issuer';
import { type LogFields, type Logger, parseIssuerId } from '@ostiary/primitives';
import type { HostOptions } from '../src/http/host.ts';
import type { AnsweredRequest } from '../src/ops/metrics.ts';
import { createRequestScope } from '../src/ops/request-scope.ts';

/** An endpoint that answers people with GET, unless told otherwise. */
export function endpoint(
  path: Endpoint['path'],
  handle: (request: IssuerRequest) => Reply | Promise<Reply>,
  more: Partial<Endpoint> = {},
): Endpoint {
  const handlePromise = async (request: IssuerRequest): Promise<Reply> => handle(request);
  return { name: path, path, methods: ['GET'], cors: false, audience: 'person', ...more, handle: handlePromise };
}

export const ok: Extract<Reply, { kind: 'document' }> = { kind: 'document', status: 200, body: '{}' };

export interface LogLine extends LogFields {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
}

/** A log that keeps its lines. */
export function recordingLogger(lines: LogLine[], bound: LogFields = {}): Logger {
  const at =
    (level: LogLine['level']) =>
    (event: string, fields: LogFields = {}): void => {
      lines.push({ level, event, ...bound, ...fields });
    };
  const child = (fields: LogFields): Logger => recordingLogger(lines, { ...bound, ...fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child };
}

export interface Observed {
  readonly lines: LogLine[];
  readonly requests: AnsweredRequest[];
}

/** Options of a host that nothing surprises: request ids are `request-1`, `request-2`, each request takes 5 ms. */
export function hostOptions(
  endpoints: readonly Endpoint[],
  more: Partial<Omit<HostOptions, 'id'>> & { readonly id?: string } = {},
): HostOptions & Observed {
  const lines: LogLine[] = [];
  const requests: AnsweredRequest[] = [];
  let ticks = 0;
  let ids = 0;
  return {
    issuer: { endpoints },
    frontend: { title: 'Example', theme: 'auto' },
    headers: {},
    allowedOrigins: [],
    allowedHeaders: ['Authorization'],
    metrics: { observe: (request) => requests.push(request) },
    log: recordingLogger(lines),
    requestScope: createRequestScope(),
    elapsed: () => 5 * ticks++,
    newRequestId: () => `request-${++ids}`,
    isHealthy: async () => true,
    ...more,
    id: parseIssuerId(more.id ?? 'http://127.0.0.1:5556/dex'),
    lines,
    requests,
  };
}
