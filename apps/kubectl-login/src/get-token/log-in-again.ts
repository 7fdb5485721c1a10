/** A login that kubectl's request for a token brings about: one per issuer at a time, and not for ever. */
import type { Credential } from '../fast/credential.ts';
import { acquireLock } from '../lock/file-lock.ts';
import type { LoginFlow } from '../login/flow.ts';
import { type LogInDeps, logIn } from '../login/log-in.ts';
import type { Provider } from '../oidc/provider.ts';
import { problem } from '../problem.ts';
import type { Session } from '../store/session.ts';
import type { LoginAttempts } from './attempts.ts';
import { usable } from './renew.ts';

export interface LogInAgainDeps extends LogInDeps {
  readonly attempts: LoginAttempts;
  /** The flow that the session was made with. */
  readonly flowFor: (session: Session) => LoginFlow;
  readonly discover: (session: Session) => Promise<Provider>;
  /** False when the process that asked has ended: then nobody waits for the token. */
  readonly isParentAlive: () => boolean;
  readonly timeoutMs: number;
}

const WATCH_MS = 400;

/**
 * Lets the person log in, or waits for the login that is already under way.
 *
 * @param refused `issuedAt` of a token that will not do, 0 for none.
 * @throws {OstiaryError} when the person does not finish, or did not finish earlier ones.
 */
export async function logInAgain(session: Session, refused: number, deps: LogInAgainDeps): Promise<Credential> {
  const { attempts, store } = deps;
  const command = `kubectl login --session=${session.id}`;
  const elsewhere = (): Credential | undefined => {
    if (!deps.isParentAlive()) throw parentGone();
    return usable(store.credential(session.id), refused, deps.now);
  };
  const wait = {
    path: store.loginLockPath(session.key.issuer),
    patienceMs: deps.timeoutMs + 30_000,
    unless: elsewhere,
    onWait: (holder: { pid: number } | undefined) =>
      deps.say(`Waiting for the login that another process (pid ${holder?.pid ?? 'unknown'}) has begun.`),
  };
  const lock = await acquireLock(wait, deps.lock);
  if ('answer' in lock) return lock.answer;
  try {
    const credential = elsewhere();
    if (credential !== undefined) return credential;
    // Not before the lock: a login under way counts as unfinished. One that came to nothing counts for us too.
    attempts.assertAllowed(command);
    return await attempt(session, elsewhere, deps);
  } finally {
    lock.release();
  }
}

async function attempt(
  session: Session,
  elsewhere: () => Credential | undefined,
  deps: LogInAgainDeps,
): Promise<Credential> {
  const provider = await deps.discover(session);
  const finished = Promise.withResolvers<Credential>();
  const stop = new AbortController();
  const watch = setInterval(() => {
    try {
      const credential = elsewhere();
      if (credential === undefined) return;
      finished.resolve(credential);
      stop.abort(new Error('a login elsewhere was faster'));
    } catch (error) {
      stop.abort(error);
    }
  }, WATCH_MS);
  deps.say(`Your session at ${session.key.issuer} is over.`);
  deps.attempts.begin();
  try {
    const { key, certificateAuthority, byDevice = false } = session;
    const options = { ...key, timeoutMs: deps.timeoutMs };
    const ask = { provider, key, onlySamePerson: true, options, certificateAuthority, byDevice };
    const own = logIn({ ...ask, flow: deps.flowFor(session), signal: stop.signal }, deps);
    const credential = await Promise.race([own.then((login) => login.credential), finished.promise]);
    deps.attempts.reset();
    return credential;
  } finally {
    clearInterval(watch);
  }
}

function parentGone(): Error {
  return problem({
    code: 'login/expired',
    cause: 'The program that asked for a token has ended.',
    remedy: 'Run the command again.',
  });
}
