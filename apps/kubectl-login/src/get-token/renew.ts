/** Renewing a session: one lock from reading the refresh token to storing its successor, so that it is used once. */
import { type Clock, type Fetch, isOstiaryError, type Secret } from '@ostiary/primitives';
import { type Credential, isFresh } from '../fast/credential.ts';
import { acquireLock, type LockDeps } from '../lock/file-lock.ts';
import { loginCommandOf } from '../login/login-command.ts';
import { explainOidcError, isSessionEnded } from '../oidc/oidc-error.ts';
import { discoverProvider, keepMetadata, type OidcDeps, providerFromMetadata } from '../oidc/provider.ts';
import { toCredential } from '../oidc/to-session.ts';
import { refreshTokens, type Tokens } from '../oidc/tokens.ts';
import { problem } from '../problem.ts';
import type { Session } from '../store/session.ts';
import type { SessionStore } from '../store/session-store.ts';
import { lastOutage, noteOutage } from './outage.ts';

export interface RenewDeps {
  readonly store: SessionStore;
  readonly lock: LockDeps;
  readonly now: Clock;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Between 0 and 1. */
  readonly jitter: () => number;
  /** A fetch that trusts the session's additional roots. */
  readonly fetchFor: (certificateAuthority: string | undefined) => Fetch;
  /** Aborts after so many milliseconds. */
  readonly timeout: (milliseconds: number) => AbortSignal;
}

export interface RenewAsk {
  readonly id: string;
  /** `issuedAt` of a token that the cluster refused; only a later one will do. 0 for none. */
  readonly refused: number;
}

/**
 * `renewed`: `unsaved` is why the new token could not be kept, if so. `ended`: only a new login helps. `unreachable`: the
 * issuer could not be asked, so nothing is known about the session.
 */
export type Renewal =
  | { readonly kind: 'renewed'; readonly credential: Credential; readonly unsaved?: unknown }
  | { readonly kind: 'ended'; readonly session: Session; readonly why: string }
  | { readonly kind: 'unreachable'; readonly error: unknown };

const LOCK_PATIENCE_MS = 60_000;
const METADATA_LIFE_MS = 3_600_000;
const RETRIES = 2;
/** No retry starts later than this after the first attempt: a person is waiting. */
const RETRY_WINDOW_MS = 5_000;
/** With a token at hand that has not ended, a request may take this long, and waiting for another process that. */
const HURRIED_REQUEST_MS = 4_000;
const HURRIED_WAIT_MS = 2_000;

/** The credential if it will do: fresh, and not the one that was refused. */
export function usable(credential: Credential | undefined, refused: number, now: Clock): Credential | undefined {
  if (credential === undefined || credential.issuedAt <= refused) return undefined;
  return isFresh(credential, now().getTime()) ? credential : undefined;
}

/** True while the cluster still takes the token, although it is time for a new one. */
export function isLasting(credential: Credential | undefined, now: Clock): credential is Credential {
  const time = now().getTime();
  return credential !== undefined && time >= credential.issuedAt && time < credential.expiresAt;
}

/** Renews the session, or finds that another process has just done so, or just failed to. */
export async function renewSession(ask: RenewAsk, deps: RenewDeps): Promise<Renewal> {
  const { store } = deps;
  const path = store.lockPath(ask.id);
  const startedAt = deps.now().getTime();
  const elsewhere = (): Renewal | undefined => resultElsewhere(ask, startedAt, deps);
  const unless = (): Renewal | undefined => elsewhere() ?? heldUp(ask, startedAt, deps);
  const lock = await acquireLock({ path, patienceMs: LOCK_PATIENCE_MS, unless }, deps.lock);
  if ('answer' in lock) return lock.answer;
  try {
    return elsewhere() ?? (await renewLocked(store.load(ask.id), deps));
  } finally {
    lock.release();
  }
}

/**
 * What another process has found out. That the issuer is out of reach counts for all who were waiting meanwhile; for
 * those who come later only while they have a token, for without one they had better try.
 */
function resultElsewhere({ id, refused }: RenewAsk, startedAt: number, deps: RenewDeps): Renewal | undefined {
  const present = deps.store.credential(id);
  const credential = usable(present, refused, deps.now);
  if (credential !== undefined) return { kind: 'renewed', credential };
  const outage = lastOutage(id, deps);
  if (outage === undefined || (outage < startedAt && !isLasting(present, deps.now))) return undefined;
  return { kind: 'unreachable', error: outOfReach(deps.store.load(id)) };
}

/** Whoever has a token does not wait for long while another process asks the issuer. */
function heldUp({ id, refused }: RenewAsk, startedAt: number, deps: RenewDeps): Renewal | undefined {
  if (deps.now().getTime() - startedAt < HURRIED_WAIT_MS) return undefined;
  const present = deps.store.credential(id);
  if (!isLasting(present, deps.now) || present.issuedAt <= refused) return undefined;
  return { kind: 'unreachable', error: outOfReach(deps.store.load(id)) };
}

function outOfReach({ key }: Session): Error {
  return problem({
    code: 'upstream/unavailable',
    cause: `${key.issuer} gives another process no answer.`,
    remedy: 'Check the network, VPN and proxy settings, then try again.',
  });
}

async function renewLocked(session: Session, deps: RenewDeps): Promise<Renewal> {
  const { refreshToken } = session;
  if (refreshToken === undefined) {
    return { kind: 'ended', session, why: 'it has no refresh token' };
  }
  try {
    const { tokens, current } = await refreshWithRetries({ ...session, refreshToken }, deps);
    const next = { ...current, refreshToken: tokens.refreshToken ?? current.refreshToken };
    const credential = tokens.idToken === undefined ? undefined : toCredential(tokens.idToken);
    const unsaved = trySave(next, credential, deps);
    if (credential !== undefined) return { kind: 'renewed', credential, unsaved };
    return { kind: 'ended', session: next, why: 'the issuer gives no ID token on a refresh' };
  } catch (error) {
    if (isSessionEnded(error)) {
      const next = { ...session, refreshToken: undefined };
      trySave(next, undefined, deps);
      return { kind: 'ended', session: next, why: 'the issuer ended it' };
    }
    if (isOstiaryError(error, 'upstream/unavailable')) {
      noteOutage(session.id, deps);
      return { kind: 'unreachable', error };
    }
    throw explainOidcError(error, session.key.issuer, 'renewing the session');
  }
}

/** What the issuer said stands, whether it can be kept or not. @returns why it could not. */
function trySave(session: Session, credential: Credential | undefined, { store }: RenewDeps): unknown {
  try {
    store.save(session, credential);
    return undefined;
  } catch (error) {
    return error;
  }
}

interface Renewable extends Session {
  readonly refreshToken: Secret;
}

interface Refreshed {
  readonly tokens: Tokens;
  /** The session with the metadata that was used. */
  readonly current: Session;
}

async function refreshWithRetries(session: Renewable, deps: RenewDeps): Promise<Refreshed> {
  const startedAt = deps.now().getTime();
  const plain = deps.fetchFor(session.certificateAuthority);
  const fetch = isLasting(deps.store.credential(session.id), deps.now) ? hurried(plain, startedAt, deps) : plain;
  for (let attempt = 0; ; attempt++) {
    try {
      return await refreshOnce(session, { fetch, now: deps.now });
    } catch (error) {
      const late = deps.now().getTime() - startedAt >= RETRY_WINDOW_MS;
      if (!isOstiaryError(error, 'upstream/unavailable') || attempt === RETRIES || late) throw error;
      await deps.sleep(250 * 2 ** attempt * (1 + deps.jitter()));
    }
  }
}

/** Nobody who has a token waits for an issuer longer than the retries may take altogether. */
function hurried(fetch: Fetch, startedAt: number, { now, timeout }: RenewDeps): Fetch {
  return (input, init) => {
    const leftMs = Math.max(0, startedAt + RETRY_WINDOW_MS - now().getTime());
    return fetch(input, { ...init, signal: timeout(Math.min(HURRIED_REQUEST_MS, leftMs)) });
  };
}

async function refreshOnce(session: Renewable, oidc: OidcDeps): Promise<Refreshed> {
  const { key, subject } = session;
  const old = oidc.now().getTime() - session.metadata.fetchedAt >= METADATA_LIFE_MS;
  const provider = old ? await discoverSame(session, oidc) : providerFromMetadata(key.issuer, session.metadata, oidc);
  const current = old ? { ...session, metadata: keepMetadata(provider) } : session;
  const tokens = await refreshTokens({ clientId: key.clientId, refreshToken: session.refreshToken, subject }, provider);
  return { tokens, current };
}

/** The issuer must still call itself what the session knows: the refresh token goes to nobody else. */
async function discoverSame({ key }: Session, oidc: OidcDeps): ReturnType<typeof discoverProvider> {
  const provider = await discoverProvider(new URL(key.issuer), oidc);
  if (provider.as.issuer === key.issuer) return provider;
  throw problem({
    code: 'upstream/protocol',
    cause: `${key.issuer} now calls itself ${provider.as.issuer}.`,
    remedy: `Log in again: ${loginCommandOf({ ...key, issuer: provider.as.issuer })}`,
  });
}
