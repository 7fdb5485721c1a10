import { startProcess, withTail } from './process.ts';

/** A command that runs to its end. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Text for its standard input, which is then closed. */
  readonly input?: string | undefined;
  /** Default 30 000. */
  readonly timeoutMs?: number | undefined;
}

/** What a command said. */
export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  /** Its exit code, or 128 when a signal ended it. */
  readonly exitCode: number;
}

/**
 * Runs a command to its end, whatever its exit code.
 *
 * @throws Error with what it wrote so far, when it takes longer than the timeout
 */
export async function runCommand(command: Command): Promise<Result> {
  const { input = '', timeoutMs = 30_000, ...launch } = command;
  await using running = await startProcess({ ...launch, name: command.command });
  const said = { stdout: '', stderr: '' };
  running.child.stdout?.on('data', (chunk: string) => {
    said.stdout += chunk;
  });
  running.child.stderr?.on('data', (chunk: string) => {
    said.stderr += chunk;
  });
  running.child.stdin?.end(input);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void running.kill();
  }, timeoutMs);
  const exit = await running.exited;
  clearTimeout(timer);
  if (late) throw new Error(withTail(`${command.command} took longer than ${timeoutMs} ms`, running.log()));
  return { ...said, exitCode: exit.code ?? 128 };
}

/**
 * Runs a command that must succeed.
 *
 * @returns its standard output
 * @throws Error with what it wrote, when its exit code is not 0
 */
export async function mustRun(command: Command): Promise<string> {
  const { stdout, stderr, exitCode } = await runCommand(command);
  if (exitCode !== 0) {
    const what = [command.command, ...command.args.slice(0, 2)].join(' ');
    throw new Error(withTail(`${what} failed with code ${exitCode}`, stdout + stderr));
  }
  return stdout;
}
