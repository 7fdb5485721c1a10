/** An OpenID provider in memory, as a `fetch` function. It checks what it is sent, and lies when it is told to. */
import type { Clock, Fetch } from '@ostiary/primitives';
import { endpoints } from './endpoints.ts';
import { type Lies, noLies, over } from './lies.ts';
import { type FakeSigner, fakeSigner } from './signer.ts';

/** Who the played provider is, and what it knows of its client. */
export interface FakeIdpOptions {
  readonly now: Clock;
  readonly issuer?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** What tokens are signed with; RS256 costs a tenth of a second per key. Default: ES256. */
  readonly algorithm?: string;
}

/** Who logs in. */
export interface FakePerson {
  sub: string;
  /** Claims of the ID token. */
  idToken: Readonly<Record<string, unknown>>;
  /** Claims of userinfo. */
  userInfo: Readonly<Record<string, unknown>>;
}

/** An OpenID provider in memory, that can lie in every way a real one could. */
export interface FakeIdp {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly fetch: Fetch;
  /** Every request so far. */
  readonly requests: readonly Request[];
  /** Every token and code that was given out. */
  readonly issued: readonly string[];
  readonly lies: Lies;
  readonly person: FakePerson;
  /** Plays the browser: the person logs in at this URL. Answers what the callback is called with. */
  visit(url: string): URLSearchParams;
  /** The same, but the provider answers this error. */
  decline(url: string, error: string): URLSearchParams;
  rotateKeys(): Promise<void>;
  /** An ID token as the token endpoint would give it, with these claims over it. */
  idToken(claims?: Readonly<Record<string, unknown>>): Promise<string>;
  /** An access token for the person, as of a login at another client. */
  accessToken(): string;
}

export interface Grant {
  readonly kind: 'code' | 'refresh' | 'access';
  readonly request: URLSearchParams;
  used: boolean;
}

/** What the endpoints share. */
export interface FakeIdpState {
  readonly options: Required<FakeIdpOptions>;
  readonly signer: FakeSigner;
  readonly lies: Lies;
  readonly person: FakePerson;
  readonly grants: Map<string, Grant>;
  issue(grant: Grant): string;
  idToken(nonce: string | null, claims?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Makes a provider whose person is Jane, with a verified address and two groups. */
export async function fakeIdp(options: FakeIdpOptions): Promise<FakeIdp> {
  const state = await newState({
    issuer: 'https://idp.example',
    clientId: 'ostiary',
    clientSecret: 'client-secret-9f2c',
    algorithm: 'ES256',
    ...options,
  });
  const requests: Request[] = [];
  const issued: string[] = [];
  const { issue } = state;
  state.issue = (grant) => {
    const token = issue(grant);
    issued.push(token);
    return token;
  };
  const answer = endpoints(state);
  return {
    issuer: state.options.issuer,
    clientId: state.options.clientId,
    clientSecret: state.options.clientSecret,
    lies: state.lies,
    person: state.person,
    requests,
    issued,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      requests.push(request.clone());
      return answer(request);
    },
    visit: (url) =>
      respond(state, url, (asked) => ({ code: state.issue({ kind: 'code', request: asked, used: false }) })),
    decline: (url, error) => respond(state, url, () => ({ error })),
    rotateKeys: () => state.signer.rotate(),
    idToken: (claims) => state.idToken(null, claims),
    accessToken: () => state.issue({ kind: 'access', request: new URLSearchParams(), used: false }),
  };
}

async function newState(options: Required<FakeIdpOptions>): Promise<FakeIdpState> {
  const signer = await fakeSigner(options.algorithm);
  const lies = noLies();
  const name = { name: 'Jane Doe', preferred_username: 'jane' };
  const email = { email: 'jane@example.com', email_verified: true };
  const person: FakePerson = {
    sub: 'jane-1',
    idToken: { ...name, ...email, groups: ['admins', 'developers'] },
    userInfo: {},
  };
  const grants = new Map<string, Grant>();
  return {
    options,
    signer,
    lies,
    person,
    grants,
    issue(grant) {
      const token = `${grant.kind}-${grants.size}-${Buffer.from(String(grants.size * 7919)).toString('hex')}`;
      grants.set(token, grant);
      return token;
    },
    idToken(nonce, claims = {}) {
      const now = Math.floor(options.now().getTime() / 1000);
      const times = { iat: now, exp: now + 300 };
      const truth = { iss: options.issuer, aud: options.clientId, sub: person.sub, ...times, ...person.idToken };
      return signer.sign(over({ ...truth, nonce: nonce ?? undefined, ...claims }, lies.idToken), lies);
    },
  };
}

/** What the browser brings back, after the checks a real provider would show an error page for. */
function respond(
  { options, lies }: FakeIdpState,
  url: string,
  outcome: (asked: URLSearchParams) => Readonly<Record<string, string>>,
): URLSearchParams {
  const { origin, searchParams: asked } = new URL(url);
  const problem =
    origin !== new URL(options.issuer).origin
      ? 'it is another provider'
      : asked.get('response_type') !== 'code' || asked.get('client_id') !== options.clientId
        ? 'response_type or client_id is wrong'
        : asked.get('scope')?.split(' ').includes('openid') !== true || !asked.has('redirect_uri')
          ? 'scope or redirect_uri is wrong'
          : undefined;
  if (problem !== undefined) throw new Error(`fakeIdp: cannot log in at this URL: ${problem}`);
  const issuer = lies.callbackIssuer === undefined ? options.issuer : lies.callbackIssuer;
  const answer = new URLSearchParams({ state: asked.get('state') ?? '', ...outcome(asked) });
  if (issuer !== null) answer.set('iss', issuer);
  return answer;
}
