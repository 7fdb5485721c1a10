/** A login from beginning to end: discovery, the flow, the session that is kept. */
import type { Clock } from '@ostiary/primitives';
import type { Credential } from '../fast/credential.ts';
import { acquireLock, type LockDeps } from '../lock/file-lock.ts';
import { keepMetadata, type Provider } from '../oidc/provider.ts';
import { displayName, toCredential } from '../oidc/to-session.ts';
import { problem } from '../problem.ts';
import { type Session, type SessionKey, sessionId } from '../store/session.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { LoginFlow, LoginOptions } from './flow.ts';

export interface LogInAsk {
  readonly provider: Provider;
  readonly options: LoginOptions;
  readonly certificateAuthority: string | undefined;
  readonly flow: LoginFlow;
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
export function keyOfLogin(provider: Provider, { clientId, scopes, connectorId }: LoginOptions): SessionKey {
  return { issuer: provider.as.issuer, clientId, scopes, connectorId };
}

/** Lets the person log in and keeps the session. */
export async function logIn(ask: LogInAsk, deps: LogInDeps): Promise<LoggedIn> {
  const { provider, options } = ask;
  reportSkew(provider, deps.say);
  const key = keyOfLogin(provider, options);
  // A place that cannot be written is better found out before the person goes to the browser.
  await underLock(sessionId(key), deps, () => {});
  const tokens = await ask.flow({ provider, options, signal: ask.signal });
  const { idToken } = tokens;
  if (idToken === undefined) throw noIdToken(provider.as.issuer);
  const session: Session = {
    id: sessionId(key),
    key,
    certificateAuthority: ask.certificateAuthority,
    metadata: keepMetadata(provider),
    refreshToken: tokens.refreshToken,
    subject: idToken.claims.sub,
    user: displayName(idToken.claims),
    loggedInAt: deps.now().getTime(),
  };
  const credential = toCredential(idToken);
  // A renewal that is under way would otherwise store the successor of the old refresh token over the new one.
  await underLock(session.id, deps, () => deps.store.save(session, credential));
  return { session, credential };
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
