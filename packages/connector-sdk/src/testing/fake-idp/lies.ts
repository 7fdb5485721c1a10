/** In which ways the fake provider departs from the truth. Each is one that a real provider, or an attacker, could take. */

export type Endpoint = 'discovery' | 'jwks' | 'token' | 'userinfo';

/** How an endpoint answers in place of its own answer. */
export type Answer =
  | 'down'
  | 'slow'
  | 'huge'
  | 'broken JSON'
  | 'HTML'
  | 'redirect'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/** What the provider does wrong from now on. */
export interface Lies {
  /** Answers of endpoints. */
  answers: Partial<Record<Endpoint, Answer>>;
  /** Values in place of those of the discovery document; `undefined` removes one. */
  discovery: Readonly<Record<string, unknown>>;
  /** Claims in place of those of the ID token; `undefined` removes one. */
  idToken: Readonly<Record<string, unknown>>;
  /** Claims in place of those of the userinfo answer; `undefined` removes one. */
  userInfo: Readonly<Record<string, unknown>>;
  /** The `iss` of the authorization response (RFC 9207); `null`: none. */
  callbackIssuer?: string | null;
  /** `forged`: by a key that is not published, under the id of one that is. `encrypted`: signed, then encrypted. */
  signature?: 'forged' | 'none' | 'HS256 with the public key' | 'broken' | 'encrypted';
  /** The `typ` in the header of tokens; there is none otherwise. */
  headerType?: string;
  /** Tokens do not say which key signed them. */
  withoutKeyId?: boolean;
  /** Entries of the key set in front of the provider's own keys. */
  otherKeys?: readonly unknown[];
  /** Of an answer to a code or a refresh token. */
  withoutIdToken?: boolean;
  /** `rotates`: a new one at each use, and the old one is refused. `stays`: the answer to a refresh holds none. */
  refreshToken: 'rotates' | 'stays' | 'never' | 'revoked';
  /** The userinfo answer is a signed JWT. */
  signedUserInfo?: boolean;
  /** An OAuth error of the token endpoint. */
  tokenError?: string;
}

export function noLies(): Lies {
  return { answers: {}, discovery: {}, idToken: {}, userInfo: {}, refreshToken: 'rotates' };
}

/** Puts the lies over the truth. */
export function over(
  truth: Readonly<Record<string, unknown>>,
  lies: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged = Object.entries({ ...truth, ...lies });
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

/** The answer that stands in for an endpoint's own. */
export function standIn(answer: Answer): Response | Promise<Response> {
  const json = { 'content-type': 'application/json' };
  switch (answer) {
    case 'down':
      throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') });
    case 'slow':
      return new Promise<Response>(() => undefined);
    case 'huge':
      return new Response(`{"x":"${'x'.repeat(5_000_000)}"}`, { headers: json });
    case 'broken JSON':
      return new Response('{"issuer":', { headers: json });
    case 'HTML':
      return new Response('<h1>Maintenance</h1>', { headers: { 'content-type': 'text/html' } });
    case 'redirect':
      return new Response(null, { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } });
    default:
      return new Response(answer.body ?? 'no', { status: answer.status, headers: answer.headers ?? {} });
  }
}
