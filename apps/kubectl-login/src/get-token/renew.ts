/** Renewing a session: one lock from reading the refresh token to storing its successor, so that it is used once. */
import { type Clock, type Fetch, isOstiaryError, type Secret } from '@ostiary/primitives';
import { type Credential, isFresh } from '../fast/credential.ts';
import { acquireLock, type LockDeps } from '../lock/file-lock.ts';
import { explainOidcError, isSessionEnded } from '../oidc/oidc-error.ts';
import { discoverProvider, keepMetadata, type OidcDeps, providerFromMetadata } from '../oidc/provider.ts';
import { toCredential } from '../oidc/to-session.ts';
import { refreshTokens, type Tokens } from '../oidc/tokens.ts';
import { problem } from '../problem.ts';
import type { Session } from '../store/session.ts';
import type { SessionStore } from '../store/session-store.ts';

export interface RenewDeps {
  readonly store: SessionStore;
  readonly lock: LockDeps;
  readonly now: Clock;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Between 0 and 1. */
  readonly jitter: () => number;
  /** A fetch that trusts the session's additional roots. */
  readonly fetchFor: (certificateAuthority: string | undefined) => Fetch;
}

export interface RenewAsk {
  readonly id: string;
  /** `issuedAt` of a token that the cluster refused; only a later one will do. 0 for none. */
  readonly refused: number;
}

/**
 * `ended`: only a new login helps. `unreachable`: the issuer could not be asked, so nothing is known about the session.
 */
export type Renewal =
  | { readonly kind: 'renewed'; readonly credential: Credential }
  | { readonly kind: 'ended'; readonly session: Session; readonly why: string }
  | { readonly kind: 'unreachable'; readonly error: unknown };

const LOCK_PATIENCE_MS = 60_000;
const METADATA_LIFE_MS = 3_600_000;
const RETRIES = 2;
/** No retry starts later than this after the first attempt: a person is waiting. */
const RETRY_WINDOW_MS = 5_000;

/** The credential if it will do: fresh, and not the one that was refused. */
export function usable(credential: Credential | undefined, refused: number, now: Clock): Credential | undefined {
  if (credential === undefined || credential.issuedAt <= refused) return undefined;
  return isFresh(credential, now().getTime()) ? credential : undefined;
}

/** Renews the session, or finds that another process has just done so. */
export async function renewSession({ id, refused }: RenewAsk, deps: RenewDeps): Promise<Renewal> {
  const { store } = deps;
  const unless = (): Credential | undefined => usable(store.credential(id), refused, deps.now);
  const lock = await acquireLock({ path: store.lockPath(id), patienceMs: LOCK_PATIENCE_MS, unless }, deps.lock);
  if ('answer' in lock) return { kind: 'renewed', credential: lock.answer };
  try {
    const credential = unless();
    if (credential !== undefined) return { kind: 'renewed', credential };
    return await renewLocked(store.load(id), deps);
  } finally {
    lock.release();
  }
}

async function renewLocked(session: Session, deps: RenewDeps): Promise<Renewal> {
  const { store } = deps;
  const { refreshToken } = session;
  if (refreshToken === undefined) {
    return { kind: 'ended', session, why: 'it has no refresh token' };
  }
  try {
    const { tokens, current } = await refreshWithRetries({ ...session, refreshToken }, deps);
    const next = { ...current, refreshToken: tokens.refreshToken ?? current.refreshToken };
    const credential = tokens.idToken === undefined ? undefined : toCredential(tokens.idToken);
    store.save(next, credential);
    if (credential !== undefined) return { kind: 'renewed', credential };
    return { kind: 'ended', session: next, why: 'the issuer gives no ID token on a refresh' };
  } catch (error) {
    if (isSessionEnded(error)) {
      const next = { ...session, refreshToken: undefined };
      store.save(next, undefined);
      return { kind: 'ended', session: next, why: 'the issuer ended it' };
    }
    if (isOstiaryError(error, 'upstream/unavailable')) return { kind: 'unreachable', error };
    throw explainOidcError(error, session.key.issuer, 'renewing the session');
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
  for (let attempt = 0; ; attempt++) {
    try {
      return await refreshOnce(session, deps);
    } catch (error) {
      const late = deps.now().getTime() - startedAt >= RETRY_WINDOW_MS;
      if (!isOstiaryError(error, 'upstream/unavailable') || attempt === RETRIES || late) throw error;
      await deps.sleep(250 * 2 ** attempt * (1 + deps.jitter()));
    }
  }
}

async function refreshOnce(session: Renewable, deps: RenewDeps): Promise<Refreshed> {
  const { key, subject } = session;
  const oidc: OidcDeps = { fetch: deps.fetchFor(session.certificateAuthority), now: deps.now };
  const old = deps.now().getTime() - session.metadata.fetchedAt >= METADATA_LIFE_MS;
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
    remedy: `Log in again: kubectl login ${provider.as.issuer}`,
  });
}
