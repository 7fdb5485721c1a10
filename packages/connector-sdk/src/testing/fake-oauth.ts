/** A provider with OAuth 2.0 and an API, in memory, as a `fetch` function. It checks what it is sent. */
import type { Fetch } from '@ostiary/primitives';
import { clientMethod, redeemable } from './client-checks.ts';

/** What a played provider answers to one request of its API; `undefined` where it has nothing. */
export type FakeApi = (request: Request) => Response | undefined | Promise<Response | undefined>;

/** Where the played provider is, what it knows of its client, and what its API answers. */
export interface FakeOAuthOptions {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** Asked only with a good access token; without one the answer is 401. */
  readonly api: FakeApi;
  /** Asked with or without a token, before everything else: discovery documents. */
  readonly open?: FakeApi;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** How the client must show its secret. Default: in the body. */
  readonly secretMethod?: 'client_secret_basic' | 'client_secret_post';
  /** Whether the provider takes PKCE, or refuses it. Default: it must be there. */
  readonly pkce?: 'required' | 'refused';
  /** Seconds an access token is good for. Absent: it does not end, and the answer does not say. */
  readonly expiresInSeconds?: number;
  /** What comes of refresh tokens: there are none, they last, or each is good for one use. Default: none. */
  readonly refreshTokens?: 'none' | 'last' | 'rotate';
  /** The error for a refresh token that is not good. Default: `invalid_grant`. */
  readonly refreshError?: string;
  /** What the token endpoint answers, for providers that do it their own way. */
  readonly tokenAnswer?: (tokens: Readonly<Record<string, unknown>>) => Response;
}

/** A provider in memory. */
export interface FakeOAuth {
  readonly fetch: Fetch;
  /** Every request so far. */
  readonly requests: readonly Request[];
  /** Every token and code that was given out. */
  readonly issued: readonly string[];
  /** Plays the browser: the person logs in at this URL. Answers what the callback is called with. */
  visit(url: string): URLSearchParams;
  /** The same, but the person says no. */
  decline(url: string): URLSearchParams;
  /** From now on no token that was given out is good. */
  revoke(): void;
  /** From now on no access token that was given out is good; refresh tokens are. */
  endAccess(): void;
  /** The scopes of the last authorization request. */
  readonly askedScopes: readonly string[];
}

interface Grant {
  readonly asked: URLSearchParams;
  readonly kind: 'code' | 'access' | 'refresh';
}

/** Makes a provider that lets everybody in whom its API knows. */
export function fakeOAuth(options: FakeOAuthOptions): FakeOAuth {
  const played = { clientId: 'ostiary', clientSecret: 'client-secret-9f2c', ...options };
  const live = new Map<string, Grant>();
  const requests: Request[] = [];
  const issued: string[] = [];
  let askedScopes: readonly string[] = [];
  const issue = (grant: Grant): string => {
    const token = `${grant.kind}-${issued.length}-${Buffer.from(String(issued.length * 7919)).toString('hex')}`;
    live.set(token, grant);
    issued.push(token);
    return token;
  };
  const asked = (url: string): URLSearchParams => {
    const { searchParams } = requireAuthorization(url, played);
    askedScopes = (searchParams.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
    return searchParams;
  };
  const back = (answer: Record<string, string>, request: URLSearchParams): URLSearchParams =>
    new URLSearchParams({ ...answer, state: request.get('state') ?? '' });
  return {
    requests,
    issued,
    get askedScopes() {
      return askedScopes;
    },
    async fetch(input, init) {
      const request = new Request(input, init);
      requests.push(request.clone());
      const open = await played.open?.(request.clone());
      if (open !== undefined) return open;
      if (request.url === played.tokenEndpoint) return answerToken(request, { live, issue, ...played });
      const [, token = ''] = /^Bearer (.+)$/u.exec(request.headers.get('authorization') ?? '') ?? [];
      if (live.get(token)?.kind !== 'access') return Response.json({ message: 'Bad credentials' }, { status: 401 });
      const answer = await played.api(request.clone());
      if (answer !== undefined) return answer;
      throw new Error(`fakeOAuth: nothing is at ${request.method} ${request.url}`);
    },
    visit(url) {
      const request = asked(url);
      return back({ code: issue({ kind: 'code', asked: request }) }, request);
    },
    decline: (url) => back({ error: 'access_denied', error_description: 'The user said no' }, asked(url)),
    revoke: () => live.clear(),
    endAccess() {
      for (const [token, { kind }] of live) if (kind === 'access') live.delete(token);
    },
  };
}

type Played = FakeOAuthOptions & { readonly clientId: string; readonly clientSecret: string };

/** The checks a real provider would show an error page for. */
function requireAuthorization(url: string, played: Played): URL {
  const asked = new URL(url);
  const { searchParams } = asked;
  const endpoint = asked.origin + asked.pathname;
  const expected = new URL(played.authorizationEndpoint);
  if (endpoint !== expected.origin + expected.pathname) throw new Error(`fakeOAuth: nobody logs in at ${endpoint}`);
  if (searchParams.get('client_id') !== played.clientId) throw new Error('fakeOAuth: unknown client_id');
  if (searchParams.get('response_type') !== 'code') throw new Error('fakeOAuth: response_type is not code');
  const isRefused = played.pkce === 'refused';
  if (searchParams.get('code_challenge_method') !== (isRefused ? null : 'S256')) throw new Error('fakeOAuth: PKCE');
  return asked;
}

interface TokenContext extends Played {
  readonly live: Map<string, Grant>;
  issue(grant: Grant): string;
}

async function answerToken(request: Request, context: TokenContext): Promise<Response> {
  const { live, refreshTokens = 'none', secretMethod = 'client_secret_post', refreshError = 'invalid_grant' } = context;
  const form = new URLSearchParams(await request.text());
  const error = (code: string, status = 400): Response => Response.json({ error: code }, { status });
  if (clientMethod(request, form, context) !== secretMethod) return error('invalid_client', 401);
  const isCode = form.get('grant_type') === 'authorization_code';
  const name = form.get(isCode ? 'code' : 'refresh_token') ?? '';
  const grant = live.get(name);
  if (grant?.kind !== (isCode ? 'code' : 'refresh')) return error(isCode ? 'invalid_grant' : refreshError);
  if (isCode || refreshTokens === 'rotate') live.delete(name);
  if (isCode && !redeemable(grant.asked, form)) return error('invalid_grant');
  const { asked } = grant;
  const renews = refreshTokens === 'rotate' || (refreshTokens === 'last' && isCode);
  const tokens = {
    access_token: context.issue({ kind: 'access', asked }),
    token_type: 'bearer',
    scope: asked.get('scope') ?? '',
    ...(context.expiresInSeconds === undefined ? {} : { expires_in: context.expiresInSeconds }),
    ...(renews ? { refresh_token: context.issue({ kind: 'refresh', asked }) } : {}),
  };
  return context.tokenAnswer?.(tokens) ?? Response.json(tokens);
}
