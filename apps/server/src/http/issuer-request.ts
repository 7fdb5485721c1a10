/** A socket's request as the issuer wants it. What costs time is made when it is asked for. */
import type { IncomingMessage } from 'node:http';
import type { RequestHeaders } from '@ostiary/connector-sdk';
import type { IssuerRequest } from '@ostiary/issuer';
import type { Json, Logger } from '@ostiary/primitives';
import type { Cookies } from './cookies.ts';
import type { RequestBody } from './request-body.ts';

export interface IssuerRequestParts {
  readonly req: IncomingMessage;
  readonly params: Readonly<Record<string, string>>;
  /** The part of the URL behind the question mark. */
  readonly querystring: string;
  readonly body: RequestBody;
  readonly cookies: Cookies;
  readonly requestId: string;
  readonly log: Logger;
  readonly clientAddress: string | undefined;
}

export class HostRequest implements IssuerRequest {
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly form?: URLSearchParams;
  readonly json?: Json;
  readonly headers: RequestHeaders;
  readonly requestId: string;
  readonly clientAddress?: string;
  readonly #parts: IssuerRequestParts;
  #query: URLSearchParams | undefined;
  #cookies: ReadonlyMap<string, string> | undefined;
  #log: Logger | undefined;

  constructor(parts: IssuerRequestParts) {
    this.#parts = parts;
    this.method = parts.req.method ?? 'GET';
    this.params = parts.params;
    this.headers = headersOf(parts.req);
    this.requestId = parts.requestId;
    const { form, json } = parts.body;
    if (form !== undefined) this.form = form;
    if (json !== undefined) this.json = json;
    if (parts.clientAddress !== undefined) this.clientAddress = parts.clientAddress;
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.#parts.querystring);
    return this.#query;
  }

  get cookies(): ReadonlyMap<string, string> {
    this.#cookies ??= this.#parts.cookies.parse(this.#parts.req.headers.cookie);
    return this.#cookies;
  }

  get log(): Logger {
    this.#log ??= this.#parts.log.child(requestFields(this.#parts.req, this.requestId));
    return this.#log;
  }
}

/** What every log line of a request carries. */
export function requestFields(req: IncomingMessage, requestId: string): Record<string, string> {
  const inbound = req.headers['x-request-id'];
  // A proxy's id helps to follow a request through its log. It is not ours, and anybody can send one.
  return typeof inbound === 'string' && /^[\w.:-]{1,128}$/.test(inbound)
    ? { requestId, inboundRequestId: inbound }
    : { requestId };
}

/** `Headers` has a copy made and checked of every header; here the one that is asked for is read. */
function headersOf({ headers }: IncomingMessage): RequestHeaders {
  const read = (name: string): string | string[] | undefined => {
    const known = name.toLowerCase();
    return Object.hasOwn(headers, known) ? headers[known] : undefined;
  };
  return {
    get(name) {
      const value = read(name);
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
    has: (name) => read(name) !== undefined,
  };
}
