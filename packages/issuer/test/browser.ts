import { type Json, type Logger, silentLogger } from '@ostiary/primitives';
import type { Endpoint, Issuer, IssuerRequest, Reply } from '../src/index.ts';

const BASE = '/dex';

interface Send {
  readonly method?: 'GET' | 'POST';
  readonly form?: Readonly<Record<string, string>> | URLSearchParams;
  readonly json?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A browser with its own cookies, and a host without a socket. Also good for programs that call `/token`. */
export class Browser {
  readonly cookies: Map<string, string> = new Map();
  /** The address that the host sees. */
  address: string | undefined;
  readonly #issuer: Issuer;
  readonly #log: Logger;

  constructor(issuer: Issuer, log: Logger = silentLogger) {
    this.#issuer = issuer;
    this.#log = log;
  }

  /** Sends one request; `url` is a path below the issuer, or an absolute URL of it. */
  async send(url: string, { method, form, json, headers = {} }: Send = {}): Promise<Reply> {
    const { pathname, searchParams } = new URL(url, 'https://login.example.com');
    const path = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
    const verb = method ?? (form === undefined && json === undefined ? 'GET' : 'POST');
    const [endpoint, params] = route(this.#issuer, path, verb);
    const request: IssuerRequest = {
      method: verb,
      params,
      query: searchParams,
      ...(form === undefined ? {} : { form: new URLSearchParams(form) }),
      ...(json === undefined || endpoint.reads !== 'json' ? {} : { json }),
      headers: new Headers(headers),
      cookies: new Map(this.cookies),
      ...(this.address === undefined ? {} : { clientAddress: this.address }),
      requestId: 'test-request',
      log: this.#log,
    };
    const reply = await endpoint.handle(request);
    for (const { name, value, maxAgeSeconds } of reply.cookies ?? []) {
      if (value === '' || (maxAgeSeconds !== undefined && maxAgeSeconds <= 0)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return reply;
  }

  /** Sends an authorization request. */
  authorize(params: Readonly<Record<string, string>>): Promise<Reply> {
    const { connector_id: connector, ...rest } = params;
    return this.send(`${connector === undefined ? '/auth' : `/auth/${connector}`}?${new URLSearchParams(rest)}`);
  }

  /** The whole login at the connector `idp`, up to the redirect to the client or the approval page. */
  async logIn(params: Readonly<Record<string, string>>): Promise<Reply> {
    const step = await this.authorize(params);
    const state = new URL(locationOf(step)).searchParams.get('state') ?? '';
    return this.send(`/callback/idp?${new URLSearchParams({ state, code: 'upstream-code' })}`);
  }

  /** Calls `/token`. */
  token(form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.send('/token', { form, headers });
  }
}

/** Where a reply sends the browser. */
export function locationOf(reply: Reply): string {
  if (reply.kind !== 'redirect') throw new Error(`no redirect but ${JSON.stringify(reply)}`);
  return reply.location;
}

/** The parameters a reply brings to the client. */
export function answerOf(reply: Reply): URLSearchParams {
  return new URL(locationOf(reply), 'https://login.example.com').searchParams;
}

function route(issuer: Issuer, path: string, method: string): [Endpoint, Record<string, string>] {
  for (const endpoint of issuer.endpoints) {
    const pattern = new RegExp(`^${endpoint.path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
    const match = pattern.exec(path);
    const accepts = endpoint.methods.some((accepted) => accepted === method);
    if (match !== null && accepts) return [endpoint, { ...match.groups }];
  }
  throw new Error(`no endpoint for ${method} ${path}`);
}
