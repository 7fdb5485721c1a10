/** The built kubectl plugin at the terminal of one person. */
import { chmod, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ManagedProcess,
  type Result,
  runCommand,
  startProcess,
  type TemporaryFolder,
  temporaryFolder,
} from '@ostiary/tooling-servers';

const main = join(import.meta.dirname, '..', '..', '..', 'apps/kubectl-login/dist/main.cjs');

export interface StartedLogin {
  readonly address: string;
  readonly userCode?: string;
  readonly running: ManagedProcess;
}

export interface Terminal extends AsyncDisposable {
  readonly kubeconfig: string;
  readonly env: NodeJS.ProcessEnv;
  /** Starts `kubectl login`; answers the address it prints for the browser, and the code to type there, if any. */
  login(args: readonly string[]): Promise<StartedLogin>;
  run(args: readonly string[]): Promise<Result>;
  /** What kubectl is given. */
  token(): Promise<string>;
}

/** @param caFile certificate authority of the issuer. */
export async function openTerminal(caFile: string): Promise<Terminal> {
  const folder = await temporaryFolder('terminal');
  const env = await environment(folder);
  const trust = ['--certificate-authority', caFile];
  const kubeconfig = String(env.KUBECONFIG);
  return {
    kubeconfig,
    env,
    async login(args) {
      const running = await startProcess({
        name: 'kubectl-login',
        command: process.execPath,
        args: [main, ...args, ...trust, '--skip-open-browser'],
        env,
      });
      await running.untilReady(() => shown(running.log()) !== undefined, 20_000);
      return { address: '', ...shown(running.log()), running };
    },
    run: (args) => runCommand({ command: process.execPath, args: [main, ...args], env }),
    async token() {
      const session = /--session=([^\s'"]+)/.exec(await readFile(kubeconfig, 'utf8'))?.[1];
      const args = [main, 'get-token', `--session=${session}`];
      const { stdout, stderr } = await runCommand({ command: process.execPath, args, env });
      const token: unknown = /"token":\s*"([^"]+)"/.exec(stdout)?.[1];
      if (typeof token !== 'string') throw new Error(`no token: ${stderr}`);
      return token;
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const shown = (log: string): Omit<StartedLogin, 'running'> | undefined =>
  /Log in at: (?<address>\S+)(?: with the code (?<userCode>\S+))?\n/.exec(log)?.groups as StartedLogin | undefined;

/** A home of its own, and the plugin under its name on the PATH. */
async function environment(folder: TemporaryFolder): Promise<NodeJS.ProcessEnv> {
  const bin = join(folder.path, 'bin');
  await mkdir(bin);
  await chmod(main, 0o755);
  await symlink(main, join(bin, 'kubectl-login'));
  await symlink(process.execPath, join(bin, 'node'));
  return {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: folder.path,
    KUBECONFIG: join(folder.path, 'kubeconfig'),
    KUBECTL_LOGIN_HOME: join(folder.path, 'state'),
  };
}
