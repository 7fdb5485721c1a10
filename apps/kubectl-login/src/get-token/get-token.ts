/** The answer to kubectl when the cache alone does not give it: renew, recover from a 401, or log in again. */
import type { OstiaryError } from '@ostiary/primitives';
import { type Call, type CallKind, isRecall, isReplacement, noteCall, recentCallsOfAll } from '../fast/calls.ts';
import type { Credential } from '../fast/credential.ts';
import type { ExecInfo } from '../fast/exec-info.ts';
import { stretchToEnd } from '../oidc/to-session.ts';
import { explain, problem } from '../problem.ts';
import type { Session } from '../store/session.ts';
import { isLasting, type Renewal, type RenewDeps, renewSession, usable } from './renew.ts';

export interface GetTokenAsk {
  readonly id: string;
  readonly info: ExecInfo;
  /** Names the process that asks; undefined when it is a person at a prompt. */
  readonly caller: string | undefined;
}

export interface GetTokenDeps extends RenewDeps {
  /** One line for the person, on standard error. */
  readonly say: (line: string) => void;
  /** Lets the person log in again; a later token than `refused` is also fine. */
  readonly logInAgain: (session: Session, refused: number) => Promise<Credential>;
  /** Whether a person can be asked, when the client did not say. */
  readonly isInteractive: boolean;
}

const RENEWED_EARLY =
  'The last token came back at once, as one that the cluster refused does, so a new one was fetched. If the command ' +
  'failed, run it again.';

/**
 * The text for standard output.
 *
 * @throws {OstiaryError} when no token can be had; the caller has been noted, so that a repeat stays quiet.
 */
export async function getToken(ask: GetTokenAsk, deps: GetTokenDeps): Promise<string> {
  try {
    return await answer(ask, deps);
  } catch (error) {
    note(ask, deps, { kind: 'failed', token: 0 });
    throw error;
  }
}

async function answer(ask: GetTokenAsk, deps: GetTokenDeps): Promise<string> {
  const now = deps.now().getTime();
  const everybody = ask.caller === undefined ? [] : recentCallsOfAll(deps.store.callsPath(ask.id), now);
  const calls = everybody.filter(({ caller }) => caller === ask.caller);
  const credential = usable(deps.store.credential(ask.id), 0, deps.now);
  if (credential === undefined) return await renewed(ask, 0, deps);
  if (!isRecall(calls, credential.issuedAt, now)) return serve(ask, credential, deps);
  const session = deps.store.load(ask.id);
  // Without a refresh token a new one costs a login, and it would be the same token but for its times.
  // Where the one before was refused as well, another will not help.
  const isFutile = session.refreshToken === undefined || isReplacement(everybody, credential.issuedAt);
  if (isFutile || calls.some(({ kind }) => kind === 'renewed')) {
    return stillRefused({ ask, credential, calls, session }, deps);
  }

  // Noted first: whatever becomes of it, this caller makes us ask the issuer once, not for each of its requests.
  note(ask, deps, { kind: 'renewed', token: credential.issuedAt });
  return await renewed(ask, credential.issuedAt, deps);
}

function serve(ask: GetTokenAsk, credential: Credential, deps: GetTokenDeps): string {
  note(ask, deps, { kind: 'served', token: credential.issuedAt });
  return credential[ask.info.apiVersion];
}

function note({ id, caller }: GetTokenAsk, deps: GetTokenDeps, call: { kind: CallKind; token: number }): void {
  if (caller !== undefined) noteCall(deps.store.callsPath(id), { ...call, caller, at: deps.now().getTime() });
}

interface Refused {
  readonly ask: GetTokenAsk;
  readonly credential: Credential;
  readonly calls: readonly Call[];
  readonly session: Session;
}

/**
 * The new token comes back as well, so it is not the token, or no new one is to be had without a login. It may be no
 * refusal either: a program with several clients asks once for each. Hence the "if". Said once; the client may still have
 * use for the token.
 */
function stillRefused({ ask, credential, calls, session }: Refused, deps: GetTokenDeps): string {
  if (!calls.some(({ kind }) => kind === 'explained')) {
    const { key, refreshToken } = session;
    const anew = refreshToken === undefined ? ` For a new token: kubectl login --session=${ask.id}` : '';
    deps.say(
      `The same program asked for its token again. If the cluster refuses it, check that its API server trusts the ` +
        `issuer ${key.issuer} with the audience ${key.clientId}, can reach it for its keys, and that both clocks are ` +
        `right.${anew}`,
    );
    note(ask, deps, { kind: 'explained', token: credential.issuedAt });
  }
  return serve(ask, credential, deps);
}

async function renewed(ask: GetTokenAsk, refused: number, deps: GetTokenDeps): Promise<string> {
  // Whatever stands in the way (a folder that cannot be written, a page instead of an answer) may go away again.
  const renewal = await renewSession({ id: ask.id, refused }, deps).catch(
    (error: unknown): Renewal => ({ kind: 'unreachable', error }),
  );
  switch (renewal.kind) {
    case 'renewed':
      if (refused > 0) deps.say(RENEWED_EARLY);
      if (renewal.unsaved !== undefined) deps.say(notKept(renewal.unsaved));
      return serve(ask, renewal.credential, deps);
    case 'unreachable':
      return lastResort(ask, renewal.error, deps);
    case 'ended':
      return serve(ask, await logInOrFail(ask, { renewal, refused }, deps), deps);
    default:
      return renewal satisfies never;
  }
}

function notKept(error: unknown): string {
  const [cause, remedy] = explain(error);
  return `${cause} The new token is used, but the session could not be kept, and may have to be begun anew. ${remedy}`;
}

/** No new token is to be had: one that has not quite ended still works, and a browser would help nobody. */
function lastResort(ask: GetTokenAsk, error: unknown, deps: GetTokenDeps): string {
  const credential = deps.store.credential(ask.id);
  if (!isLasting(credential, deps.now)) throw error;
  deps.say(`${explain(error)[0]} The present token is used until it ends.`);
  note(ask, deps, { kind: 'served', token: credential.issuedAt });
  return stretchToEnd(credential, ask.info.apiVersion);
}

interface Ended {
  readonly renewal: Extract<Renewal, { kind: 'ended' }>;
  readonly refused: number;
}

async function logInOrFail(ask: GetTokenAsk, { renewal, refused }: Ended, deps: GetTokenDeps): Promise<Credential> {
  if (ask.info.interactive ?? deps.isInteractive) return await deps.logInAgain(renewal.session, refused);
  throw sessionEnded(renewal);
}

function sessionEnded({ session, why }: Ended['renewal']): OstiaryError {
  return problem({
    code: 'login/expired',
    cause: `Your session at ${session.key.issuer} is over: ${why}.`,
    remedy: `Run: kubectl login --session=${session.id}`,
  });
}
