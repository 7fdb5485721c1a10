import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { findTool } from './requirements.ts';

const logLimit = 256 * 1024;
const stopTimeoutMs = 5_000;

/** What to start, and how it likes to be stopped. */
export interface Launch {
  /** Name for messages, such as `redis`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  /** The whole environment; default: that of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** The user to run as, for servers that refuse root. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Signal for an orderly end; default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals | undefined;
  /** `channel` opens Node's message channel to a Node program; default `none`. */
  readonly messages?: 'none' | 'channel' | undefined;
}

/** How a process ended: a code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child process that is stopped by its pid, and that dies with this process even if this one is killed. */
export interface ManagedProcess extends AsyncDisposable {
  readonly pid: number;
  /** For messages (see `Launch.messages`) and for those who must read its output themselves. */
  readonly child: ChildProcess;
  /** Resolves when it has ended. */
  readonly exited: Promise<Exit>;
  /** What it has written to standard output and standard error, the last 256 KiB. */
  log(): string;
  /**
   * Waits until the check is true.
   *
   * @throws Error with the tail of the log when the process ends before that, or at the timeout
   */
  untilReady(check: () => boolean | Promise<boolean>, timeoutMs?: number): Promise<void>;
  /** Ends it in an orderly way, by SIGKILL after five seconds. */
  stop(): Promise<Exit>;
  /** Ends it by SIGKILL, as a crash would. */
  kill(): Promise<Exit>;
}

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/**
 * Starts a child process. It is not ready when this returns: see {@link ManagedProcess.untilReady}.
 *
 * @throws Error when the command cannot be started at all
 */
export async function startProcess(launch: Launch): Promise<ManagedProcess> {
  const child = await spawned(launch);
  alive.add(child);
  const log = collectOutput(child);
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  let ended: Exit | undefined;
  void exited.then((exit) => {
    ended = exit;
    alive.delete(child);
  });
  const signal = async (name: NodeJS.Signals): Promise<Exit> => {
    if (ended === undefined) child.kill(name);
    return exited;
  };
  const stop = async (): Promise<Exit> => {
    const hurry = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    try {
      return await signal(launch.stopSignal ?? 'SIGTERM');
    } finally {
      clearTimeout(hurry);
    }
  };
  return {
    pid: child.pid ?? 0,
    child,
    exited,
    log,
    stop,
    kill: () => signal('SIGKILL'),
    untilReady: (check, timeoutMs = 15_000) =>
      untilReady({ name: launch.name, check, timeoutMs, log, ended: () => ended }),
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

async function spawned(launch: Launch): Promise<ChildProcess> {
  const { command, args } = dyingWithParent(launch);
  const child = spawn(command, args, {
    ...(launch.cwd === undefined ? {} : { cwd: launch.cwd }),
    ...(launch.user === undefined ? {} : launch.user),
    env: launch.env ?? process.env,
    stdio: launch.messages === 'channel' ? ['pipe', 'pipe', 'pipe', 'ipc'] : ['pipe', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new Error(`${launch.name} did not start: ${cause.message}`, { cause })));
  });
  child.on('error', () => undefined); // a signal that comes too late
  child.stdin?.on('error', () => undefined); // the child closed it first
  return child;
}

/** setpriv (util-linux) asks the kernel to kill the child when this process is gone, then becomes the child. */
function dyingWithParent({ name, command, args }: Launch): Pick<Launch, 'command' | 'args'> {
  const program = command.includes('/') ? command : findTool(command);
  if (program === undefined || !existsSync(program)) throw new Error(`${name} did not start: there is no ${command}`);
  const setpriv = findTool('setpriv');
  if (process.platform !== 'linux' || setpriv === undefined) return { command: program, args };
  return { command: setpriv, args: ['--pdeathsig', 'SIGKILL', '--', program, ...args] };
}

function collectOutput(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      text = (text + chunk).slice(-logLimit);
    });
  }
  return () => text;
}

interface Waiting {
  readonly name: string;
  readonly check: () => boolean | Promise<boolean>;
  readonly timeoutMs: number;
  readonly log: () => string;
  readonly ended: () => Exit | undefined;
}

async function untilReady(waiting: Waiting): Promise<void> {
  const deadline = performance.now() + waiting.timeoutMs;
  for (;;) {
    const exit = waiting.ended();
    if (exit !== undefined) {
      throw new Error(withTail(`${waiting.name} ended early (${exit.signal ?? `code ${exit.code}`})`, waiting.log()));
    }
    if (await waiting.check()) return;
    if (performance.now() > deadline) {
      throw new Error(withTail(`${waiting.name} was not ready after ${waiting.timeoutMs} ms`, waiting.log()));
    }
    await delay(25);
  }
}

/** A message with the last lines of a log under it. */
export function withTail(message: string, log: string): string {
  const tail = log.trimEnd().split('\n').slice(-25).join('\n');
  return tail === '' ? message : `${message}\n${tail}`;
}
