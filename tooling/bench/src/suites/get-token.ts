import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, startProcess, temporaryFolder, withTail } from '@ostiary/tooling-servers';
import { followTo } from '../flow.ts';
import { type Contender, startContender } from '../ostiary.ts';
import { type Report, report, type Settings } from '../subject.ts';

const plugin = join(import.meta.dirname, '../../../../apps/kubectl-login/dist/main.cjs');

/** What kubectl sends with every call. */
const execInfo = JSON.stringify({
  apiVersion: 'client.authentication.k8s.io/v1',
  kind: 'ExecCredential',
  spec: { interactive: false },
});

/** `get-token` from the cache, which kubectl waits for at every command, against a Node that does nothing. */
export async function getTokenSuite({ starts }: Settings): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const home = stack.use(await temporaryFolder('bench-home'));
  const ostiary = stack.use(await startContender({ storage: 'memory', algorithm: 'RS256' }));
  const env = {
    PATH: process.env.PATH,
    HOME: home.path,
    KUBECONFIG: join(home.path, 'kubeconfig'),
    KUBECTL_LOGIN_HOME: join(home.path, 'state'),
    KUBERNETES_EXEC_INFO: execInfo,
  };
  await logIn(ostiary, env);
  const session = /--session=([^\s'"]+)/.exec(await readFile(env.KUBECONFIG, 'utf8'))?.[1];
  const commands = {
    'empty script': [await home.write('empty.cjs', '')],
    'get-token': [plugin, 'get-token', `--session=${session}`],
  };
  const samples = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
  for (let start = -3; start < starts; start += 1) {
    for (const [name, args] of Object.entries(commands)) {
      const milliseconds = await timed(args, env, name);
      if (start >= 0) samples.get(name)?.push(milliseconds);
    }
  }
  const about =
    'Milliseconds from the start of a process to its end. Each is started by a shell of its own, as kubectl would be: ' +
    'the plugin treats a second question of the same parent as a refused token.';
  const head = { title: 'kubectl-login get-token, cached', about, unit: 'milliseconds' };
  return report(head, samples, [{ of: 'get-token', by: 'empty script', target: { atMost: 1.25 } }]);
}

async function timed(args: readonly string[], env: NodeJS.ProcessEnv, name: string): Promise<number> {
  const began = performance.now();
  // The second command keeps the shell from becoming the program: the program's parent is this shell.
  const stdout = await mustRun({
    command: '/bin/sh',
    args: ['-c', '"$0" "$@"; exit $?', process.execPath, ...args],
    env,
  });
  const milliseconds = performance.now() - began;
  if (name === 'get-token' && !stdout.includes('"token"')) throw new Error('get-token gave no token');
  return milliseconds;
}

async function logIn(ostiary: Contender, env: NodeJS.ProcessEnv): Promise<void> {
  await chmod(plugin, 0o755);
  const running = await startProcess({
    name: 'kubectl-login',
    command: process.execPath,
    args: [plugin, ostiary.url, '--connector-id', 'mock', '--skip-open-browser'],
    env,
  });
  const address = (): string | undefined => /http:\/\/\S+\/auth\?\S+/.exec(running.log())?.[0];
  await running.untilReady(() => address() !== undefined);
  const begin = new URL(address() ?? '');
  const callback = await followTo(begin.href, begin.searchParams.get('redirect_uri') ?? '');
  const page = await fetch(callback);
  await page.body?.cancel();
  if (!page.ok) throw new Error(withTail(`the end of the login answered ${page.status}`, running.log()));
  const { code } = await running.exited;
  if (code !== 0) throw new Error(withTail('kubectl-login could not log in', running.log()));
}
