import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildKubectl } from './go-build.ts';
import { findTool, skipBecause } from './requirements.ts';
import { type Result, runCommand } from './run-command.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

/** A cluster that kubectl talks to. */
export interface Cluster {
  readonly url: string;
  readonly caFile: string;
}

/** One run of kubectl. */
export interface KubectlRun {
  /** Default: the kubeconfig of this {@link Kubectl}, if one was written. */
  readonly kubeconfig?: string | undefined;
  /** Added to the environment; a value of undefined removes a variable. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly input?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

/** kubectl with a home folder of its own, so no discovery cache and no plugin setting of the machine is seen. */
export interface Kubectl extends AsyncDisposable {
  readonly home: string;
  /**
   * Writes a kubeconfig with one cluster, one user and one context.
   *
   * @param user what stands under `user`: `{ token }`, or `{ exec: {...} }` for a plugin
   * @returns its path, which later runs use unless told otherwise
   */
  writeKubeconfig(cluster: Cluster, user: Readonly<Record<string, unknown>>): Promise<string>;
  /** Runs kubectl to its end, whatever its exit code. */
  run(args: readonly string[], options?: KubectlRun): Promise<Result>;
}

/**
 * Finds kubectl. The one of the Google Cloud SDK is a dispatcher: it sends a request of its own, with the credential,
 * before it becomes one of the real programs beside it (`kubectl.1.33`); a plugin then runs twice. The newest real one
 * is taken instead.
 */
export function findKubectl(): string | undefined {
  const found = findTool('kubectl');
  if (found === undefined) return undefined;
  const folder = dirname(realpathSync(found));
  const real = readdirSync(folder).filter((name) => /^kubectl\.\d+\.\d+$/.test(name));
  const newest = real.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))[0];
  return newest === undefined ? found : join(folder, newest);
}

/**
 * The kubectl to test with: the installed one, or one built from the genuine sources (by Go, which takes a minute once)
 * when that is missing or older than 1.28 and so does not know `kubectl auth whoami`; Debian 12 packages 1.20.
 *
 * @returns its path
 * @throws Error when there is neither such a kubectl nor Go
 */
export async function kubectlPath(): Promise<string> {
  const lacking = await whyNoKubectl();
  if (lacking === undefined) return findKubectl() ?? 'kubectl';
  if (findTool('go') === undefined) throw new Error(lacking);
  return buildKubectl();
}

/**
 * The reason why tests with kubectl cannot run here, if there is one.
 *
 * @throws Error instead of a reason when OSTIARY_REQUIRE_ALL=1
 */
export async function requireKubectl(): Promise<string | undefined> {
  const lacking = findTool('go') === undefined ? await whyNoKubectl() : undefined;
  return lacking === undefined ? undefined : skipBecause(lacking);
}

async function whyNoKubectl(): Promise<string | undefined> {
  const command = findKubectl();
  if (command === undefined) return 'kubectl is not installed, and Go is not there to build it';
  const { stdout } = await runCommand({ command, args: ['version', '--client', '--output=json'] });
  const minor = Number(/"minor":\s*"(\d+)/.exec(stdout)?.[1]);
  if (minor >= 28) return undefined;
  return `kubectl 1.${minor} is too old: \`kubectl auth whoami\` needs 1.28, and Go is not there to build one`;
}

/** Opens a kubectl for a test. */
export async function openKubectl(): Promise<Kubectl> {
  const command = await kubectlPath();
  const folder = await temporaryFolder('kubectl');
  const own = join(folder.path, 'kubeconfig');
  return {
    home: folder.path,
    writeKubeconfig: (cluster, user) => writeKubeconfig(folder, cluster, user),
    run(args, options = {}) {
      const kubeconfig = options.kubeconfig ?? (existsSync(own) ? own : undefined);
      const env = {
        ...process.env,
        HOME: folder.path,
        KUBECONFIG: kubeconfig,
        KUBECACHEDIR: join(folder.path, 'cache'),
        ...options.env,
      };
      return runCommand({ command, args, env, input: options.input, timeoutMs: options.timeoutMs });
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function writeKubeconfig(
  folder: TemporaryFolder,
  cluster: Cluster,
  user: Readonly<Record<string, unknown>>,
): Promise<string> {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: cluster.url, 'certificate-authority': cluster.caFile } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  return folder.write('kubeconfig', JSON.stringify(config, undefined, 2));
}
