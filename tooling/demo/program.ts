/** One program of the demo: started, watched, ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ProgramOptions {
  /** Stands before each of its lines: `server`. */
  readonly name: string;
  /** Arguments for Node: the file to run and what it wants. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Gets each line it writes. */
  readonly onLine: (line: string) => void;
}

export interface Program extends AsyncDisposable {
  readonly name: string;
  /** Resolves when it has ended, however it did, with the last thing it said. */
  readonly ended: Promise<string>;
}

/** Milliseconds to end in order. */
const PATIENCE_MS = 10_000;

/**
 * Starts it with the Node that runs this. It gets a process group of its own, because Ctrl-C reaches the whole group
 * of a terminal and the program would be told twice to stop.
 */
export function startProgram({ name, args, cwd, env, onLine }: ProgramOptions): Program {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let lastLine = 'it said nothing';
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      lastLine = line;
      onLine(line);
    });
  }
  // `close` comes after the last line; `error` instead of it when there is nothing to start.
  const ended = Promise.race([
    once(child, 'close').then(() => lastLine),
    once(child, 'error').then(([error]) => String(error)),
  ]);
  return { name, ended, [Symbol.asyncDispose]: () => end(child, ended) };
}

async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  // What a terminal sends, not SIGTERM: no load balancer is to be given time to look elsewhere.
  child.kill('SIGINT');
  const hurry = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await ended.finally(() => clearTimeout(hurry));
}
