/** The workspace again, in a temporary folder, for tests that add packages to it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const home = dirname(dirname(import.meta.dirname));

/** A copy of everything that git knows or would take in. */
export interface WorkspaceCopy extends Disposable {
  readonly root: string;
  /** The environment for commands in it: its Node first. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command in it and answers what it wrote. @throws {Error} with its output when it fails. */
  run(command: string, ...args: readonly string[]): string;
}

/** Copies the workspace; its dependencies are not there yet. */
export function copyWorkspace(): WorkspaceCopy {
  const root = mkdtempSync(join(tmpdir(), 'ostiary-created-'));
  const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter), CI: 'true' };
  const run = (command: string, ...args: readonly string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error ?? ''}\n${stdout}\n${stderr}`);
    return stdout;
  };
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: home });
  for (const file of list.toString().split('\0')) {
    if (file !== '' && existsSync(join(home, file))) cpSync(join(home, file), join(root, file));
  }
  run('git', 'init', '-q');
  return { root, env, run, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}
