import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { type EtcdServer, startEtcd } from './etcd.ts';
import { freePort } from './free-port.ts';
import { buildCustomResources } from './go-build.ts';
import { requireTool } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Who there is besides the superuser, and how much at a time. */
export interface CustomResourcesOptions {
  /** Service accounts as `namespace:name`; the token of one is `token-of-namespace-name`. */
  readonly serviceAccounts?: readonly string[] | undefined;
  /** Requests at a time of readers and of writers; more are answered 429. Default as in kube-apiserver. */
  readonly inFlight?: number | undefined;
}

/** One request as the superuser. */
export interface Asked {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | undefined;
  readonly body?: unknown;
}

/** The part of a Kubernetes API server that keeps custom resources, on an etcd that outlives its restarts. */
export interface CustomResourcesServer extends Restartable {
  readonly url: string;
  readonly port: number;
  /** CA of the API server. It stays the same when that is started again. */
  readonly caFile: string;
  /** Token of a member of `system:masters`. */
  readonly superuser: string;
  readonly etcd: EtcdServer;
  /** Replaces the RBAC objects, from the next request on. There are none in the beginning. */
  permit(objects: readonly object[]): Promise<void>;
  /** Text of a kubeconfig for a token, with a namespace. */
  kubeconfig(token: string, namespace: string): string;
  /** Asks as the superuser, and answers the status and the JSON that came back. */
  ask(path: string, asked?: Asked): Promise<{ readonly status: number; readonly json: unknown }>;
}

/** Why tests with it have to be skipped; see `requireTool`. */
export const requireCustomResources = (): string | undefined => requireTool('go', 'etcd');

const superuser = 'token-of-the-superuser';

/** Builds the program if need be and starts it with an etcd, on free ports. */
export async function startCustomResources(options: CustomResourcesOptions = {}): Promise<CustomResourcesServer> {
  const command = await buildCustomResources();
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('custom-resources'));
  const etcd = stack.use(await startEtcd());
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const permit = (objects: readonly object[]): Promise<string> => folder.write('rbac.json', JSON.stringify(objects));
  const args = [
    ...['--port', String(port), '--etcd-server', etcd.url, '--cert-dir', folder.path],
    ...['--token-auth-file', await folder.write('tokens.csv', tokenLines(options.serviceAccounts))],
    ...['--rbac-file', await permit([])],
    ...(options.inFlight === undefined ? [] : ['--max-requests-inflight', String(options.inFlight)]),
  ];
  const line = `"url":"${url}"`;
  const server = stack.use(
    await startServer({
      // A test is short, so memory need not be collected often, which takes a third of its time.
      launch: { name: 'customresources', command, args, cwd: folder.path, env: { ...process.env, GOGC: '800' } },
      check: (running) => running.log().includes(line),
      timeoutMs: 30_000,
    }),
  );
  const caFile = `${folder.path}/apiserver.crt`;
  const ca = await readFile(caFile, 'utf8');
  const owned = stack.move();
  return Object.assign(server, {
    ...{ url, port, caFile, superuser, etcd },
    permit: async (objects: readonly object[]) => void (await permit(objects)),
    kubeconfig: (token: string, namespace: string) => kubeconfig({ url, ca, token, namespace }),
    ask: (path: string, asked: Asked = {}) => ask({ url: url + path, ca }, asked),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** In the form of `--token-auth-file`: token, user, uid, groups. */
function tokenLines(serviceAccounts: readonly string[] = []): string {
  const accounts = serviceAccounts.map((account, index) => {
    const token = `token-of-${account.replace(':', '-')}`;
    return `${token},system:serviceaccount:${account},${index + 2},"system:serviceaccounts"`;
  });
  return [`${superuser},superuser,1,"system:masters"`, ...accounts, ''].join('\n');
}

interface KubeconfigOf {
  readonly url: string;
  readonly ca: string;
  readonly token: string;
  readonly namespace: string;
}

/** JSON is YAML, so no YAML writer is needed. */
function kubeconfig({ url, ca, token, namespace }: KubeconfigOf): string {
  const cluster = { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
  });
}

async function ask({ url, ca }: { readonly url: string; readonly ca: string }, { method = 'GET', body }: Asked) {
  const sent = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${superuser}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(sent),
  };
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; json: unknown }>();
  const asked = request(url, { method, ca, headers, agent: false }, (reply) => {
    text(reply).then((answer) => resolve({ status: reply.statusCode ?? 0, json: parse(answer) }), reject);
  });
  asked.on('error', reject);
  asked.end(sent);
  return promise;
}

function parse(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return answer;
  }
}
