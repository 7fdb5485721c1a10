/** The answer from the cache, which is nearly every call. Part of the fast path: what it imports, imports only `fs`. */
import { type Call, callerName, FAILURE_WINDOW_MS, isRecall, noteCall, recentCalls } from './calls.ts';
import { isFresh, parseCredential, readPrivate } from './credential.ts';
import { type ExecInfo, parseExecInfo } from './exec-info.ts';
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

interface Question {
  readonly files: ReturnType<typeof sessionFiles>;
  readonly info: ExecInfo;
  /** Undefined when a person at a prompt asks. */
  readonly caller: string | undefined;
  /** The recent calls of that caller. */
  readonly calls: readonly Call[];
}

/** Understands `get-token --session=ID`, and nothing else. */
function readQuestion({ argv, env, platform, ppid, now }: FastCall): Question | undefined {
  const id = argv.length === 2 && argv[0] === 'get-token' ? /^--session=(.*)$/.exec(argv[1] ?? '')?.[1] : undefined;
  const home = stateHome(env, platform);
  const info = parseExecInfo(env.KUBERNETES_EXEC_INFO);
  if (id === undefined || !isSessionId(id) || home === undefined || info === undefined) return undefined;
  const files = sessionFiles(home, id);
  const caller = info.fromClient ? callerName(ppid, env.KUBERNETES_EXEC_INFO ?? '') : undefined;
  return { files, info, caller, calls: caller === undefined ? [] : recentCalls(files.calls, caller, now) };
}

/** kubectl asks five times when we fail once. The person has read the message; four copies help nobody. */
function hasJustFailed({ calls }: Question, now: number): boolean {
  return calls.some(({ kind, at }) => kind === 'failed' && now - at < FAILURE_WINDOW_MS);
}

/**
 * Answers `get-token --session=ID` when that needs no thought.
 *
 * @returns the exit status, or undefined when the full program has to look at it.
 */
export function answerFromCache(call: FastCall): number | undefined {
  const question = readQuestion(call);
  if (question === undefined) return undefined;
  const { files, info, caller, calls } = question;
  const text = readPrivate(files.credential, call.uid);
  const credential = typeof text === 'string' ? parseCredential(text) : undefined;
  const fresh = credential !== undefined && isFresh(credential, call.now) ? credential : undefined;

  if (fresh === undefined) return hasJustFailed(question, call.now) ? 1 : undefined;
  if (isRecall(calls, fresh.issuedAt, call.now)) return undefined;
  if (caller !== undefined) noteCall(files.calls, { kind: 'served', caller, at: call.now, token: fresh.issuedAt });
  return call.write(fresh[info.apiVersion]) ? 0 : 1;
}

/** Says why the program cannot run at all: to one kubectl once, however often it asks. */
export function refuseOnce(call: FastCall, say: () => void): void {
  const question = readQuestion(call);
  if (question !== undefined && hasJustFailed(question, call.now)) return;
  say();
  if (question?.caller === undefined) return;
  noteCall(question.files.calls, { kind: 'failed', caller: question.caller, at: call.now, token: 0 });
}
