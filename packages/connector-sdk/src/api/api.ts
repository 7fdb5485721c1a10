/** An HTTP API of a provider that answers JSON, asked on behalf of somebody with their token, or by this service itself. */
import type { Fetch, Secret } from '@ostiary/primitives';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { unbelievable } from '../oauth2/failure.ts';
import { answering } from '../oauth2/transport.ts';
import { ended, refusal } from './failure.ts';
import { forbidden, type ReadForbidden } from './forbidden.ts';

/** Where an API is, and who asks. */
export interface ApiOptions {
  readonly fetch: Fetch;
  /** Where paths begin, without a slash at the end: `https://api.github.com`. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer` (RFC 6750 section 2.1). */
  readonly accessToken?: Secret;
  /** Headers that show who asks, for APIs that want another form: `Authorization: Basic`, `X-Auth-Token`. */
  readonly secretHeaders?: Readonly<Record<string, Secret>>;
  /**
   * What shows who asks is this service's own: a 401 is then a matter for the operator, and to log in again does not help.
   * Default: false, it is that of the person.
   */
  readonly asService?: boolean;
  /** Further headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Reads a 403. One that it does not know comes from a firewall or a proxy in between and is `upstream/unavailable`.
   * Absent: every 403 counts as the provider's.
   */
  readonly forbidden?: ReadForbidden;
}

/** A question whose refusal says more than its status. */
export interface Question<T, R> {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  /** Sent as JSON. */
  readonly body?: unknown;
  /** What an answer with 2xx looks like. */
  readonly answer: StandardSchemaV1<unknown, T>;
  /** The refusal that is an answer too. */
  readonly refusal: { readonly status: number; readonly answer: StandardSchemaV1<unknown, R> };
}

/** The answer to a {@link Question}. */
export type Replied<T, R> =
  | { readonly ok: true; readonly value: T; readonly headers: Headers }
  | { readonly ok: false; readonly value: R };

/** A page of a list, and where the next one is. */
export interface PageOf<P> {
  readonly page: P;
  readonly headers: Headers;
  /** Which page this is; the first is 1. */
  readonly number: number;
}

/** How a list comes in pages. */
export interface Paging<P> {
  /** What one page looks like. */
  readonly schema: StandardSchemaV1<unknown, P>;
  /** For APIs that are asked by POST: sent as JSON with every page. */
  readonly body?: unknown;
  /** Where the page after this one is, a path or a URL of the same origin; `undefined` after the last. */
  readonly next: (page: PageOf<P>) => string | undefined;
}

/**
 * An API. Paths begin with a slash; what comes from people is put into them with `encodeURIComponent`.
 *
 * All functions reject with `upstream/unavailable` (no answer, 429, 5xx, or 403 because of too many requests or
 * of something in between), or with `upstream/protocol`: a refusal, whose status `refusedStatus` tells, or an answer
 * that is not what was expected.
 */
export interface Api {
  /** Asks for one thing. */
  get<T>(path: string, schema: StandardSchemaV1<unknown, T>): Promise<T>;
  /** The same, but 404 is an answer: `undefined`. */
  find<T>(path: string, schema: StandardSchemaV1<unknown, T>): Promise<T | undefined>;
  /** Asks, and reads one kind of refusal as well. Sent once unless it is a GET or the `fetch` is idempotent. */
  ask<T, R>(question: Question<T, R>): Promise<Replied<T, R>>;
  /** Whether there is something: true for 204, false for 404. Another 2xx is a page of something in between, and refused. */
  exists(path: string): Promise<boolean>;
  /** All pages of a list, from the first to the last. A list that has no end is refused, never cut. */
  pages<P>(first: string, paging: Paging<P>): Promise<readonly P[]>;
}

/** More pages than any honest list has; beyond it something runs in a circle. */
const mostPages = 1000;

/** Opens an API for who asks. It keeps nothing. */
export function openApi(options: ApiOptions): Api {
  const ask = asker(options);
  return {
    async get(path, schema) {
      const answer = await ask(path, {});
      if (!answer.response.ok) throw await answer.refuse();
      return answer.read(schema);
    },
    async find(path, schema) {
      const answer = await ask(path, {});
      if (answer.response.status === 404) return answer.ignore();
      if (!answer.response.ok) throw await answer.refuse();
      return answer.read(schema);
    },
    async ask({ path, method, body, answer: schema, refusal: expected }) {
      const answer = await ask(path, { method, ...jsonBody(body) });
      const { ok, status, headers } = answer.response;
      if (ok) return { ok, value: await answer.read(schema), headers };
      if (status !== expected.status) throw await answer.refuse();
      return { ok, value: await answer.read(expected.answer) };
    },
    async exists(path) {
      const answer = await ask(path, {});
      const { ok, status } = answer.response;
      if (!ok && status !== 404) throw await answer.refuse();
      await answer.ignore();
      if (ok && status !== 204) throw unbelievable({ reason: 'the answer of the API is not 204', ...answer.where });
      return ok;
    },
    async pages(first, { schema, body, next }) {
      const init = body === undefined ? {} : { method: 'POST', ...jsonBody(body) };
      const pages = [];
      let path: string | undefined = first;
      while (path !== undefined) {
        if (pages.length === mostPages) throw unbelievable({ reason: 'the list has no end', pages: mostPages });
        const answer = await ask(path, init);
        if (!answer.response.ok) throw await answer.refuse();
        const page = await answer.read(schema);
        pages.push(page);
        path = next({ page, headers: answer.response.headers, number: pages.length });
      }
      return pages;
    },
  };
}

const jsonBody = (body: unknown): RequestInit =>
  body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };

interface Answer {
  readonly response: Response;
  /** Who answered, for the log. */
  readonly where: { readonly host: string; readonly path: string };
  read<T>(schema: StandardSchemaV1<unknown, T>): Promise<T>;
  /** Drops the body. */
  ignore(): Promise<undefined>;
  /** The error for this answer. */
  refuse(): Promise<Error>;
}

function asker({ fetch, baseUrl, headers, forbidden: readForbidden, asService = false, ...who }: ApiOptions) {
  const send = answering(fetch);
  return async (path: string, init: RequestInit): Promise<Answer> => {
    const url = urlOf(path, baseUrl);
    const where = { host: url.host, path: url.pathname };
    const sent = { accept: 'application/json', ...headers, ...init.headers };
    const response = await send(url.href, { ...init, redirect: 'manual', headers: { ...sent, ...proofOf(who) } });
    return {
      response,
      where,
      read: (schema) => readBody(response, schema, where),
      async ignore() {
        await response.body?.cancel();
        return undefined;
      },
      async refuse() {
        if (response.status === 403) return forbidden(response, where, readForbidden);
        await response.body?.cancel();
        return response.status === 401 && !asService ? ended(where) : refusal(response.status, where);
      },
    };
  };
}

function proofOf({ accessToken, secretHeaders = {} }: Pick<ApiOptions, 'accessToken' | 'secretHeaders'>) {
  const revealed = Object.entries(secretHeaders).map(([name, secret]): [string, string] => [name, secret.reveal()]);
  const bearer = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken.reveal()}` };
  return { ...bearer, ...Object.fromEntries(revealed) };
}

/** The next page may be told as a URL. The token goes nowhere but to the API. */
function urlOf(path: string, baseUrl: string): URL {
  const whole = path.startsWith('/') ? baseUrl + path : path;
  if (!URL.canParse(whole)) throw unbelievable({ reason: 'the next page is no URL', host: new URL(baseUrl).host });
  const url = new URL(whole);
  if (url.origin === new URL(baseUrl).origin) return url;
  throw unbelievable({ reason: 'the next page is on another host', host: url.host });
}

async function readBody<T>(
  response: Response,
  schema: StandardSchemaV1<unknown, T>,
  where: Readonly<Record<string, string>>,
): Promise<T> {
  const result = await schema['~standard'].validate(await jsonOf(response, where));
  if (result.issues === undefined) return result.value;
  // Only the names of the fields: what they hold is personal data.
  const fields = result.issues.map(({ path = [] }) =>
    path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
  );
  throw unbelievable({ reason: 'the answer of the API has another form', ...where, fields });
}

async function jsonOf(response: Response, where: Readonly<Record<string, string>>): Promise<unknown> {
  try {
    return JSON.parse(await response.text());
  } catch (error) {
    if (error instanceof SyntaxError) throw unbelievable({ reason: 'the answer of the API is not JSON', ...where });
    throw error;
  }
}
