/** The built plugin in a world of its own: a home folder, a kubeconfig and a scripted browser. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ManagedProcess,
  mustRun,
  type Result,
  runCommand,
  startProcess,
  temporaryFolder,
} from '@ostiary/tooling-servers';
import { type Credential, parseCredential } from '../../src/fast/credential.ts';
import { sessionFiles } from '../../src/fast/state-home.ts';
import { parseSession, type Session } from '../../src/store/session.ts';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
const browserScript = fileURLToPath(new URL('browser.mjs', import.meta.url));
const tsup = fileURLToPath(new URL('../../../../node_modules/tsup/dist/cli-default.js', import.meta.url));

export interface Build extends AsyncDisposable {
  /** Has `kubectl-login` in it, for PATH. */
  readonly folder: string;
  readonly main: string;
}

/** Builds the plugin from the present source, so that no test runs yesterday's. */
export async function buildPlugin(): Promise<Build> {
  // Beside node_modules, so that `open`, which is not bundled, is found.
  const folder = join(packageFolder, 'node_modules', '.cache', `test-build-${process.pid}`);
  await mustRun({ command: process.execPath, args: [tsup, '--out-dir', folder, '--silent'], cwd: packageFolder });
  const main = join(folder, 'main.cjs');
  chmodSync(main, 0o755);
  symlinkSync('main.cjs', join(folder, 'kubectl-login'));
  symlinkSync(process.execPath, join(folder, 'node'));
  return {
    folder,
    main,
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface World extends AsyncDisposable {
  readonly home: string;
  readonly state: string;
  readonly kubeconfig: string;
  readonly env: NodeJS.ProcessEnv;
  run(args: readonly string[], env?: Environment): Promise<Result>;
  /** The same through a shell, so that each call has a parent of its own, as under kubectl. */
  runAlone(args: readonly string[], env?: Environment): Promise<Result>;
  start(args: readonly string[], env?: Environment): Promise<ManagedProcess>;
  /** What the browser noted, one line each. */
  browserLog(): readonly string[];
  session(id: string): Session;
  credential(id: string): Credential;
  /** Lets the present token look as if its time were over. */
  expire(id: string): void;
  edit(id: string, change: Partial<Credential>): void;
}

/** Opens a world. @param build the plugin to use in it. */
export async function openWorld(build: Build): Promise<World> {
  const folder = await temporaryFolder('kubectl-login');
  const state = join(folder.path, 'state');
  const kubeconfig = join(folder.path, '.kube', 'config');
  const log = join(folder.path, 'browser.log');
  mkdirSync(dirname(kubeconfig), { mode: 0o700 });
  const env: NodeJS.ProcessEnv = {
    PATH: `${build.folder}:${process.env.PATH}`,
    HOME: folder.path,
    KUBECONFIG: kubeconfig,
    KUBECTL_LOGIN_HOME: state,
    KUBECTL_LOGIN_BROWSER: `${process.execPath} ${browserScript} ${log}`,
  };
  const launch = (args: readonly string[], extra: Environment) => ({
    command: process.execPath,
    args: [build.main, ...args],
    env: { ...env, ...extra },
  });
  const credential = (id: string): Credential => {
    const found = parseCredential(readFileSync(sessionFiles(state, id).credential, 'utf8'));
    if (found === undefined) throw new Error(`no credential for ${id}`);
    return found;
  };
  const edit = (id: string, change: Partial<Credential>): void =>
    writeFileSync(sessionFiles(state, id).credential, JSON.stringify({ ...credential(id), ...change }));
  return {
    home: folder.path,
    state,
    kubeconfig,
    env,
    run: (args, extra = {}) => runCommand(launch(args, extra)),
    runAlone: (args, extra = {}) => {
      const { command, args: all, env: environment } = launch(args, extra);
      return runCommand({ command: 'sh', args: ['-c', '"$@"; exit $?', 'sh', command, ...all], env: environment });
    },
    start: (args, extra = {}) => startProcess({ name: 'kubectl-login', ...launch(args, extra) }),
    browserLog: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : []),
    session(id) {
      const found = parseSession(readFileSync(sessionFiles(state, id).session, 'utf8'));
      if (found === undefined) throw new Error(`no session ${id}`);
      return found;
    },
    credential,
    edit,
    expire: (id) => edit(id, { notAfter: Date.now() - 1000, expiresAt: Date.now() - 500 }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** What kubectl sets. */
export function execInfo(version: 'v1' | 'v1beta1', interactive = false): Environment {
  const info = { kind: 'ExecCredential', apiVersion: `client.authentication.k8s.io/${version}`, spec: { interactive } };
  return { KUBERNETES_EXEC_INFO: `${JSON.stringify(info)}\n` };
}

/** Logs in and answers the session's id. */
export async function logIn(world: World, issuer: string, args: readonly string[] = []): Promise<string> {
  const { exitCode, stderr } = await world.run([issuer, ...args]);
  if (exitCode !== 0) throw new Error(`login failed: ${stderr}\n${world.browserLog().join('\n')}`);
  const { stdout } = await world.run(['status', '-o', 'json']);
  const { sessions }: { sessions: { session: string }[] } = JSON.parse(stdout);
  return sessions[0]?.session ?? '';
}
