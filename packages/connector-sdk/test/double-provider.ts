/** A made-up provider and honest connectors for it: what the kit is tried on before connectors are tried with the kit. */
import { OstiaryError, Secret } from '@ostiary/primitives';
import type { ConformanceSubject, Upstream } from '../src/conformance/index.ts';
import type { Connector, ConnectorContext, Identity, LoginStep } from '../src/index.ts';
import { type FetchHandler, on, scriptedFetch } from '../src/testing/index.ts';

export const clientSecret = 'client-secret-4711';
const account = { username: 'jane', password: 'correct horse' };
const origin = 'https://provider.example';
const idToken = 'urn:ietf:params:oauth:token-type:id_token';

/** What the provider says of somebody. */
interface Person {
  readonly id: string;
  readonly verified: unknown;
  readonly groups: readonly string[];
  /** Of the login that it was asked for. */
  readonly nonce?: string;
}

/** What a provider gives out; a refresh token is good for one use. */
function secrets() {
  let count = 0;
  const issued: string[] = [];
  const live = new Set<string>();
  const issue = (name: string): string => {
    count += 1;
    issued.push(`${name}-secret-${count}`);
    return `${name}-secret-${count}`;
  };
  const issueRefresh = (): string => {
    const token = issue('refresh');
    live.add(token);
    return token;
  };
  return { issued, issue, issueRefresh, spend: (token: string): boolean => live.delete(token) };
}

/** A provider with one account. Each answer is about who holds the account at that moment. */
function playedProvider(): Upstream {
  let person: Person = { id: 'u-1', verified: true, groups: ['dev'] };
  let ended = false;
  const nonces = new Map<string, string>();
  const { issued, issue, issueRefresh, spend } = secrets();
  const redeem: FetchHandler = on('POST', `${origin}/token`, async (request) => {
    const form = new URLSearchParams(await request.text());
    const code = form.get('code');
    const known = code === null ? spend(form.get('refresh') ?? '') : nonces.has(code);
    const nonce = nonces.get(code ?? '');
    nonces.delete(code ?? '');
    if (!known || ended) return Response.json({ error: 'invalid_grant' }, { status: 400 });
    return Response.json({ ...person, nonce, refresh: issueRefresh() });
  });
  const passwords: FetchHandler = on('POST', `${origin}/password`, async (request) => {
    const form = new URLSearchParams(await request.text());
    const right = form.get('username') === account.username && form.get('password') === account.password;
    return right
      ? Response.json({ ...person, refresh: issueRefresh() })
      : Response.json({ error: 'invalid_grant' }, { status: 400 });
  });
  const people: FetchHandler = on('POST', `${origin}/person`, async () => Response.json(person));
  const tokens: FetchHandler = on('POST', `${origin}/introspect`, async (request) => {
    const token = new URLSearchParams(await request.text()).get('token') ?? '';
    return Response.json(token.startsWith('mine-') ? { aud: 'ostiary', ...person } : { aud: token.split('-')[0] });
  });
  return {
    fetch: scriptedFetch(redeem, passwords, people, tokens).fetch,
    account,
    secrets: () => issued,
    visit(step) {
      const query = queryOf(step);
      const code = issue('code');
      nonces.set(code, query.get('nonce') ?? '');
      return new URLSearchParams({ code, state: query.get('state') ?? '' });
    },
    decline: (step) => new URLSearchParams({ error: 'access_denied', state: queryOf(step).get('state') ?? '' }),
    becomeSomebodyElse() {
      person = { ...person, id: 'u-2' };
    },
    endLogin() {
      ended = true;
    },
    setEmailVerified(verified) {
      person = { ...person, verified };
    },
    setGroups(groups) {
      person = { ...person, groups };
    },
    exchangeToken: () => ({ token: issue('mine'), type: idToken }),
    foreignToken: () => ({ token: issue('theirs'), type: idToken }),
  };
}

const queryOf = (step: LoginStep): URLSearchParams =>
  new URL(step.kind === 'redirect' ? step.url : step.action).searchParams;

type Answered = Person & { readonly refresh?: string; readonly aud?: string };
type Answer = Partial<Answered> & { readonly error?: string };

/** Asks the provider. `over`: it answered that this code, token or password is no good. */
export type Ask = (path: string, form: Readonly<Record<string, string>>) => Promise<Answered | 'over'>;

export function asking({ http }: Pick<ConnectorContext, 'http'>): Ask {
  const fetch = http();
  return async (path, form) => {
    const headers = { authorization: `Bearer ${clientSecret}` };
    const response = await fetch(`${origin}${path}`, { method: 'POST', headers, body: new URLSearchParams(form) });
    if (response.status >= 500) throw new OstiaryError('upstream/unavailable', 'The provider is busy.');
    const answer = (await response.json().catch(() => ({}))) as Answer; // the provider above wrote it, or the kit's weather
    if (response.status === 400 && answer.error === 'invalid_grant') return 'over';
    if (!response.ok || (answer.id === undefined && answer.aud === undefined)) throw unbelievable();
    return answer as Answered;
  };
}

const unbelievable = (): OstiaryError => new OstiaryError('upstream/protocol', 'The answer makes no sense.');

function identityOf({ id, verified, groups, refresh }: Person & { refresh?: string }): Identity {
  return {
    userId: id,
    username: 'Jane Doe',
    email: { address: 'jane@example.com', verified: verified === true },
    groups: [...new Set(groups)],
    ...(refresh === undefined ? {} : { connectorData: new Secret(refresh) }),
  };
}

const facets = (ask: Ask): Pick<Connector, 'refresh' | 'exchange' | 'logout' | 'metadata'> => ({
  metadata: { contentType: 'text/plain', describe: async ({ callbackUrl }) => `callback: ${callbackUrl}` },
  refresh: {
    kind: 'upstream',
    exclusive: true,
    async refresh({ identity, persist }) {
      const tokens = await ask('/token', { refresh: identity.connectorData?.reveal() ?? '' });
      if (tokens === 'over') return 'rejected';
      const { refresh = '' } = tokens;
      await persist(new Secret(refresh));
      const person = await ask('/person', {});
      if (person === 'over') return 'rejected';
      if (person.id !== identity.userId) throw unbelievable();
      return identityOf({ ...person, refresh });
    },
  },
  exchange: {
    subjectTokenTypes: [idToken],
    async exchange({ subjectToken, subjectTokenType }) {
      if (subjectTokenType !== idToken || subjectToken.reveal() === '') return 'rejected';
      const person = await ask('/introspect', { token: subjectToken.reveal() });
      return person === 'over' || person.aud !== 'ostiary' ? 'rejected' : identityOf(person);
    },
  },
  logout: {
    begin: async ({ returnUrl, state }) => ({ url: `${origin}/out?${new URLSearchParams({ returnUrl, state })}` }),
  },
});

/** An honest connector with every facet, that sends the browser to the provider. */
export function redirectDouble(context: ConnectorContext): Connector {
  const ask = asking(context);
  return {
    ...facets(ask),
    via: 'redirect',
    login: {
      async begin({ state }) {
        const nonce = Buffer.from(context.random(16)).toString('hex');
        return { kind: 'redirect', url: `${origin}/login?${new URLSearchParams({ state, nonce })}`, keep: { nonce } };
      },
      async finish({ params, keep }) {
        if (params.has('error')) throw new OstiaryError('login/denied', 'The login was declined.');
        const person = await ask('/token', { code: params.get('code') ?? '' });
        if (person === 'over' || person.nonce !== (keep as { nonce: string }).nonce) throw unbelievable();
        return identityOf(person);
      },
    },
  };
}

/** An honest connector with every facet, that has a form. */
export function passwordDouble(context: ConnectorContext): Connector {
  const ask = asking(context);
  return {
    ...facets(ask),
    via: 'password',
    login: {
      prompt: 'Name',
      async check({ username, password }) {
        if (username === '' || password.reveal() === '') return 'rejected';
        const person = await ask('/password', { username, password: password.reveal() });
        return person === 'over' ? 'rejected' : identityOf(person);
      },
    },
  };
}

/** What the kit is given. */
export const subjectOf = (open: ConformanceSubject['open']): ConformanceSubject => ({
  open,
  upstream: playedProvider,
  secrets: [clientSecret],
});
