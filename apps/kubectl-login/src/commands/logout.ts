/** `kubectl login logout`: revoke at the issuer, then forget. */
import { isOstiaryError } from '@ostiary/primitives';
import { acquireLock } from '../lock/file-lock.ts';
import { providerFromMetadata } from '../oidc/provider.ts';
import { revokeRefreshToken } from '../oidc/tokens.ts';
import { explain, problem } from '../problem.ts';
import type { Session } from '../store/session.ts';
import type { System } from '../system.ts';
import { type KubeconfigFlags, sessionOfContext } from './current-session.ts';
import { assertSessionId } from './get-token.ts';

export interface LogoutFlags extends KubeconfigFlags {
  readonly session?: string;
  readonly all?: boolean;
}

const LOCK_PATIENCE_MS = 15_000;

/** Nobody waits longer for an issuer to hear of it. */
const REVOCATION_MS = 5000;

/** Ends sessions. What is on this machine goes in any case; an issuer that was not told makes the command fail. */
export async function logoutCommand(flags: LogoutFlags, system: System): Promise<void> {
  const ids = flags.all ? system.store.traces() : [chooseSession(flags, system)];
  if (ids.length === 0) system.say('There is no session on this machine.');
  // Side by side: without a network each waits for its whole time.
  const outcomes = await Promise.allSettled(ids.map((id) => endSession(id, system)));
  const failures = outcomes.flatMap((outcome): unknown[] => (outcome.status === 'rejected' ? [outcome.reason] : []));
  // The last is told by who called us; each is a session that somebody has to look after.
  for (const failure of failures.slice(0, -1)) system.say(explain(failure).join(' '));
  if (failures.length > 0) throw failures.at(-1);
}

function chooseSession(flags: LogoutFlags, system: System): string {
  const sessions = system.store.list();
  const id = flags.session ?? sessionOfContext(flags, system) ?? (sessions.length === 1 ? sessions[0] : undefined);
  if (id === undefined) {
    throw problem({
      code: 'config/invalid',
      cause: `The current context does not use kubectl login.${sessions.length > 0 ? ` Sessions: ${sessions.join(', ')}` : ''}`,
      remedy: 'Name the session: kubectl login logout --session=ID, or all of them: --all',
    });
  }
  assertSessionId(id);
  return id;
}

async function endSession(id: string, system: System): Promise<void> {
  const { store } = system;
  const wait = { path: store.lockPath(id), patienceMs: LOCK_PATIENCE_MS, unless: () => undefined };
  const lock = await acquireLock<never>(wait, system.lock);
  try {
    const remains = store.remains(id);
    store.remove(id);
    if (remains.length === 0) system.say(`There was no usable session ${id}. What was left of it is gone from here.`);
    await revokeAll(remains, system);
  } finally {
    if ('release' in lock) lock.release();
  }
}

/** All are tried; what was done is said once, and the first failure is thrown. */
async function revokeAll(sessions: readonly Session[], system: System): Promise<void> {
  const outcomes = await Promise.allSettled(sessions.map((session) => revoke(session, system)));
  const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  for (const line of new Set(done)) system.say(line);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** @returns what was done, for the person. */
async function revoke(session: Session, system: System): Promise<string> {
  const { key, refreshToken, metadata, certificateAuthority } = session;
  const done = `Logged out of ${key.issuer}.`;
  const rest = 'Tokens that were given out work until they end.';
  if (refreshToken === undefined) return `${done} ${rest}`;
  if (metadata.revocationEndpoint === undefined) {
    return `${done} The issuer offers no revocation, so it was not told. ${rest}`;
  }
  const fetch = system.fetchFor(certificateAuthority);
  const signal = system.timeout(REVOCATION_MS);
  const provider = providerFromMetadata(key.issuer, metadata, {
    fetch: (input, init) => fetch(input, { ...init, signal }),
    now: system.now,
  });
  try {
    await revokeRefreshToken({ clientId: key.clientId, refreshToken }, provider);
  } catch (error) {
    if (!isOstiaryError(error)) throw error;
    throw problem({
      code: error.code,
      cause: `The session is gone from this machine, but ${key.issuer} could not be told: ${explain(error)[0]}`,
      remedy: 'If the machine may have been stolen from, end the session at the issuer.',
      error,
    });
  }
  return `${done} The issuer ended the session. Where a cluster does not ask it, tokens that were given out work until they end.`;
}
