/** The authorization code flow as a browser and a relying party do it, over plain HTTP. */
import { createHash, randomBytes } from 'node:crypto';
import { Agent, type Dispatcher, request } from 'undici';

/** A relying party, registered at the issuer under test. */
export interface RelyingParty {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

export const relyingParty: RelyingParty = {
  clientId: 'app',
  clientSecret: 'app-secret-of-the-bench',
  redirectUri: 'https://app.example/callback',
};

export const basic = `Basic ${Buffer.from(`${relyingParty.clientId}:${relyingParty.clientSecret}`).toString('base64')}`;

/** Where the flow begins and ends. */
export interface FlowEndpoints {
  readonly authorization: string;
  readonly token: string;
  readonly scope: string;
  /** What a person types where the login is a form. */
  readonly person?: { readonly login: string; readonly password: string };
}

export type Tokens = Readonly<Record<string, unknown>>;

/** One connection pool for all flows of a run. */
const pool = new Agent({ keepAliveTimeout: 30_000, connections: 64 });

/** Logs in once, from the first request to the tokens. */
export async function logIn(endpoints: FlowEndpoints): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url');
  const ask = new URLSearchParams({
    client_id: relyingParty.clientId,
    redirect_uri: relyingParty.redirectUri,
    response_type: 'code',
    scope: endpoints.scope,
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const end = await followTo(`${endpoints.authorization}?${ask}`, relyingParty.redirectUri, endpoints.person);
  const code = end.searchParams.get('code');
  if (code === null) throw new Error(`no code: ${end.search}`);
  const form = { grant_type: 'authorization_code', code, redirect_uri: relyingParty.redirectUri };
  return askForTokens(endpoints.token, { ...form, code_verifier: verifier });
}

/**
 * Follows redirects with a browser's cookies until one leads to `target`, which is not asked. A page that stands in
 * between is a login form, which is filled in for `person`.
 */
export async function followTo(start: string, target: string, person?: FlowEndpoints['person']): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = new URL(start);
  let form: Readonly<Record<string, string>> | undefined;
  for (let hop = 0; hop < 8; hop += 1) {
    const reply = await visit(url, cookies, form);
    form = undefined;
    keep(cookies, reply.headers['set-cookie']);
    const { location } = reply.headers;
    if (typeof location === 'string') url = new URL(location, url);
    else if (reply.statusCode === 200 && person !== undefined) form = person;
    else throw new Error(`${url.pathname} answered ${reply.statusCode}, not a redirect`);
    if (url.href.startsWith(target)) return url;
  }
  throw new Error(`too many redirects, the last to ${url.pathname}`);
}

async function visit(
  url: URL,
  cookies: ReadonlyMap<string, string>,
  form: Readonly<Record<string, string>> | undefined,
): Promise<Dispatcher.ResponseData> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const reply = await request(url, {
    dispatcher: pool,
    headers: {
      ...(cookie === '' ? {} : { cookie }),
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form).toString() }),
  });
  await reply.body.dump();
  return reply;
}

function keep(cookies: Map<string, string>, lines: string | readonly string[] | undefined): void {
  for (const line of typeof lines === 'string' ? [lines] : (lines ?? [])) {
    const pair = line.split(';', 1)[0] ?? '';
    const equals = pair.indexOf('=');
    const value = pair.slice(equals + 1);
    if (value === '') cookies.delete(pair.slice(0, equals));
    else cookies.set(pair.slice(0, equals), value);
  }
}

async function askForTokens(url: string, form: Readonly<Record<string, string>>): Promise<Tokens> {
  const reply = await request(url, {
    method: 'POST',
    dispatcher: pool,
    headers: { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  const body: unknown = await reply.body.json();
  if (reply.statusCode !== 200 || typeof body !== 'object' || body === null) {
    throw new Error(`the token endpoint answered ${reply.statusCode}: ${JSON.stringify(body)}`);
  }
  return { ...body };
}
