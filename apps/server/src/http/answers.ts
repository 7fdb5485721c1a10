/** From what the issuer replies, or the host has to say by itself, to what is sent. */
import type { Endpoint, Page, Reply } from '@ostiary/issuer';
import type { Answer, HeaderList } from './answer.ts';
import type { Cookies } from './cookies.ts';
import type { SecurityHeaders } from './security-headers.ts';

/** Why the host itself refuses a request. */
export type Refusal = 'bad_request' | 'not_found' | 'method_not_allowed' | 'request_too_large' | 'internal';

export interface Refused {
  readonly why: Refusal;
  readonly audience: Endpoint['audience'];
  readonly requestId: string;
  readonly headers?: HeaderList;
  /** What a program is told, where more is known than why. */
  readonly sentence?: string;
}

export interface Answers {
  /** @throws {TypeError} for a cookie that cannot be set. */
  reply(reply: Reply): Answer;
  page(status: number, page: Page): Answer;
  text(status: number, text: string, headers?: HeaderList): Answer;
  /** Bytes; the headers must name their type. */
  data(status: number, body: Uint8Array, headers: HeaderList): Answer;
  refuse(refused: Refused): Answer;
}

export interface AnswersOptions {
  readonly security: SecurityHeaders;
  readonly cookies: Cookies;
  readonly render: (page: Page) => string;
}

export function createAnswers({ security, cookies, render }: AnswersOptions): Answers {
  const page = (status: number, content: Page): Answer => ({
    status,
    headers: security.pages[content.name],
    body: render(content),
  });
  const json = (status: number, body: string): Answer => ({ status, headers: security.data, body });
  return {
    page,
    text: (status, text, headers = []) => ({
      status,
      headers: [...security.data, 'content-type', 'text/plain; charset=utf-8', ...headers],
      body: text,
    }),
    data: (status, body, headers) => ({ status, headers: [...security.data, ...headers], body }),
    reply(reply) {
      const more = replyHeaders(reply, cookies);
      switch (reply.kind) {
        case 'document':
          return withHeaders(json(reply.status, reply.body), more);
        case 'redirect':
          return withHeaders({ status: reply.status, headers: security.redirect, body: '' }, more);
        case 'page':
          return withHeaders(page(reply.status, reply.page), more);
        default:
          return reply satisfies never;
      }
    },
    refuse(refused) {
      const { why, requestId, audience, headers = [], sentence = refusals[why].sentence } = refused;
      const status = refusals[why].status;
      if (audience === 'person') {
        return withHeaders(page(status, { name: 'error', problem: why, requestId }), headers);
      }
      const body = {
        error: refusals[why].error,
        error_description: `${sentence} Request id: ${requestId}`,
      };
      return withHeaders(json(status, JSON.stringify(body)), [...jsonHeaders, 'cache-control', 'no-store', ...headers]);
    },
  };
}

/** How a refusal is told to a program: an OAuth error (RFC 6749 section 5.2). Pages have their own sentences. */
const refusals: Readonly<Record<Refusal, { status: number; error: string; sentence: string }>> = {
  bad_request: { status: 400, error: 'invalid_request', sentence: 'The request is not encoded as HTTP forms are.' },
  not_found: { status: 404, error: 'not_found', sentence: 'There is nothing at this address.' },
  method_not_allowed: { status: 405, error: 'invalid_request', sentence: 'This endpoint does not take this method.' },
  request_too_large: { status: 413, error: 'invalid_request', sentence: 'The request is too large.' },
  internal: { status: 500, error: 'server_error', sentence: 'Something went wrong.' },
};

const jsonHeaders: HeaderList = ['content-type', 'application/json'];

const withHeaders = (answer: Answer, more: HeaderList): Answer =>
  more.length === 0 ? answer : { ...answer, headers: [...answer.headers, ...more] };

function replyHeaders(reply: Reply, cookies: Cookies): HeaderList {
  const list: string[] = [];
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    const lower = name.toLowerCase();
    // Pages and redirects have their own, and a header that comes twice means something else each time.
    if (reply.kind === 'document' || !fixed.has(lower)) list.push(lower, value);
  }
  if (reply.kind === 'document' && !list.includes('content-type')) list.push(...jsonHeaders);
  if (reply.kind === 'redirect') list.push('location', reply.location);
  for (const cookie of reply.cookies ?? []) list.push('set-cookie', cookies.serialize(cookie));
  return list;
}

const fixed = new Set(['cache-control', 'content-type', 'location']);
