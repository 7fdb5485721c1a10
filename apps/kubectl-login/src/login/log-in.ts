/** A login from beginning to end: discovery, the flow, the session that is kept. */
import type { Clock } from '@ostiary/primitives';
import type { Credential } from '../fast/credential.ts';
import { acquireLock, type LockDeps } from '../lock/file-lock.ts';
import { keepMetadata, type Provider } from '../oidc/provider.ts';
import { displayName, toCredential } from '../oidc/to-session.ts';
import type { Tokens } from '../oidc/tokens.ts';
import { problem } from '../problem.ts';
import { type Session, type SessionKey, sessionId } from '../store/session.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { LoginFlow, LoginOptions } from './flow.ts';
import { loginCommandOf } from './login-command.ts';

export interface LogInAsk {
  readonly provider: Provider;
  /** The session that the login makes or renews. */
  readonly key: SessionKey;
  /** True when nobody asked for this login by hand: a session is then not handed over to another person. */
  readonly onlySamePerson: boolean;
  readonly options: LoginOptions;
  readonly certificateAuthority: string | undefined;
  readonly flow: LoginFlow;
  /** The flow is the one with a code. The session remembers it. */
  readonly byDevice: boolean;
  readonly signal: AbortSignal;
}

export interface LogInDeps {
  readonly store: SessionStore;
  readonly lock: LockDeps;
  readonly now: Clock;
  readonly say: (line: string) => void;
}

export interface LoggedIn {
  readonly session: Session;
  readonly credential: Credential;
}

const LOCK_PATIENCE_MS = 30_000;
const NOTABLE_SKEW_SECONDS = 30;

/** The key of the session that such a login makes. The issuer is named as it names itself. */
export function keyOfLogin(provider: Provider, options: LoginOptions): SessionKey {
  const { clientId, scopes, connectorId, loginHint } = options;
  return { issuer: provider.as.issuer, clientId, scopes, connectorId, loginHint };
}

/** Lets the person log in and keeps the session. */
export async function logIn(ask: LogInAsk, deps: LogInDeps): Promise<LoggedIn> {
  const { provider, options, key } = ask;
  reportSkew(provider, deps.say);
  // A place that cannot be written is better found out before the person goes to the browser.
  await underLock(sessionId(key), deps, () => {});
  return await ask.flow({ provider, options, signal: ask.signal, keep: (tokens) => keep(tokens, ask, deps) });
}

async function keep({ idToken, refreshToken }: Tokens, ask: LogInAsk, deps: LogInDeps): Promise<LoggedIn> {
  const { provider, key } = ask;
  if (idToken === undefined) throw noIdToken(provider.as.issuer);
  const session: Session = {
    id: sessionId(key),
    key,
    certificateAuthority: ask.certificateAuthority,
    metadata: keepMetadata(provider),
    refreshToken,
    subject: idToken.claims.sub,
    user: displayName(idToken.claims),
    loggedInAt: deps.now().getTime(),
    ...(ask.byDevice ? { byDevice: true } : {}),
  };
  const credential = toCredential(idToken);
  // A renewal that is under way would otherwise store the successor of the old refresh token over the new one.
  await underLock(session.id, deps, () => {
    const before = deps.store.find(session.id);
    if (before !== undefined && before.subject !== session.subject) meetAnother({ before, now: session }, ask, deps);
    deps.store.save(session, credential);
  });
  return { session, credential };
}

/** Another person logged in: the contexts of the session would change their user. Never unasked, and never silently. */
function meetAnother(
  { before, now }: { readonly before: Session; readonly now: Session },
  { onlySamePerson }: LogInAsk,
  { say }: LogInDeps,
): void {
  const { id, key } = before;
  const [was, is] = before.user === now.user ? [before.subject, now.subject] : [before.user, now.user];
  if (!onlySamePerson) {
    say(`Session ${id} was that of ${was}, and is now that of ${is}: contexts bound to it now act as ${is}.`);
    return;
  }
  throw problem({
    code: 'login/not_allowed',
    cause: `Session ${id} is that of ${was}, but ${is} logged in. Nothing was changed.`,
    remedy:
      `Log in as ${was}, or let ${is} have a context: ${loginCommandOf({ ...key, loginHint: 'NAME' })} --context NAME. ` +
      `To hand the session over: kubectl login --session=${id}`,
  });
}

async function underLock(id: string, deps: LogInDeps, work: () => void): Promise<void> {
  const wait = { path: deps.store.lockPath(id), patienceMs: LOCK_PATIENCE_MS, unless: () => undefined };
  const lock = await acquireLock<never>(wait, deps.lock);
  try {
    work();
  } finally {
    if ('release' in lock) lock.release();
  }
}

function reportSkew({ skewSeconds = 0, as }: Provider, say: (line: string) => void): void {
  if (Math.abs(skewSeconds) <= NOTABLE_SKEW_SECONDS) return;
  const direction = skewSeconds > 0 ? 'behind' : 'ahead of';
  say(`The clock of this machine is ${Math.abs(skewSeconds)} seconds ${direction} the one of ${as.issuer}.`);
}

function noIdToken(issuer: string): Error {
  return problem({
    code: 'upstream/protocol',
    cause: `${issuer} gave no ID token, which is what a cluster needs.`,
    remedy: 'Check that it is an OpenID Connect provider and that the client may ask for the scope openid.',
  });
}
