/** The answer from the cache, which is nearly every call. Part of the fast path: what it imports, imports only `fs`. */
import { callerName, FAILURE_WINDOW_MS, noteCall, recentCalls } from './calls.ts';
import { isFresh, parseCredential, readPrivate } from './credential.ts';
import { parseExecInfo } from './exec-info.ts';
import { type Env, isSessionId, sessionFiles, stateHome } from './state-home.ts';

export interface FastCall {
  /** Arguments behind the program's name. */
  readonly argv: readonly string[];
  readonly env: Env;
  readonly platform: string;
  readonly uid: number | undefined;
  readonly ppid: number;
  /** Milliseconds. */
  readonly now: number;
  /** Writes the one object to standard output; false when nobody reads it. */
  readonly write: (text: string) => boolean;
}

/**
 * Answers `get-token --session=ID` when that needs no thought.
 *
 * @returns the exit status, or undefined when the full program has to look at it.
 */
export function answerFromCache(call: FastCall): number | undefined {
  const id =
    call.argv.length === 2 && call.argv[0] === 'get-token'
      ? /^--session=(.*)$/.exec(call.argv[1] ?? '')?.[1]
      : undefined;
  const home = stateHome(call.env, call.platform);
  const info = parseExecInfo(call.env.KUBERNETES_EXEC_INFO);
  if (id === undefined || !isSessionId(id) || home === undefined || info === undefined) return undefined;

  const files = sessionFiles(home, id);
  const text = readPrivate(files.credential, call.uid);
  const credential = typeof text === 'string' ? parseCredential(text) : undefined;
  const fresh = credential !== undefined && isFresh(credential, call.now) ? credential : undefined;
  const caller = info.fromClient ? callerName(call.ppid, call.env.KUBERNETES_EXEC_INFO ?? '') : undefined;
  const calls = caller === undefined ? [] : recentCalls(files.calls, caller, call.now);

  if (fresh === undefined) {
    // kubectl asks five times when we fail once. The person has read the message; four copies help nobody.
    return calls.some(({ kind, at }) => kind === 'failed' && call.now - at < FAILURE_WINDOW_MS) ? 1 : undefined;
  }
  if (calls.some(({ kind, token }) => kind === 'served' && token === fresh.issuedAt)) return undefined;
  if (caller !== undefined) noteCall(files.calls, { kind: 'served', caller, at: call.now, token: fresh.issuedAt });
  return call.write(fresh[info.apiVersion]) ? 0 : 1;
}
