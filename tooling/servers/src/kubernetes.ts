import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { buildKubernetes } from './go-build.ts';
import { probe } from './probe.ts';
import { withTail } from './process.ts';
import { type Restartable, startServer } from './restartable.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

/** One entry under `jwt` of an AuthenticationConfiguration, as plain data; kube-apiserver's own code validates it. */
export type JwtAuthenticator = Readonly<Record<string, unknown>>;

/** A token webhook that the cluster asks. */
export interface TokenWebhook {
  /** Text of a kubeconfig with its address, and who asks. */
  readonly kubeconfig: string;
  /** Of the TokenReview; default `v1`. */
  readonly version?: 'v1' | 'v1beta1' | undefined;
  /** Seconds for which an answer is taken for the next; 0 turns that off. */
  readonly cacheSeconds: number;
}

/** What the cluster trusts. */
export interface KubernetesOptions {
  /**
   * The `jwt` list, or the text of a whole file; {@link issuerEntry} makes an ordinary entry. Absent: no issuer, and no
   * file that names one.
   */
  readonly jwt?: readonly JwtAuthenticator[] | string | undefined;
  readonly webhook?: TokenWebhook | undefined;
  /** Names of the API server itself. Default: that of most clusters. */
  readonly apiAudiences?: readonly string[] | undefined;
  /** Seconds that an accepted token is accepted unseen; default 10 as in kube-apiserver, 0 turns the cache off. */
  readonly tokenCacheSeconds?: number | undefined;
  /** Version of the configuration file with a `jwt` list; default `v1`. */
  readonly version?: 'v1' | 'v1beta1' | undefined;
}

/** The authentication chain of a Kubernetes API server, with enough API for `kubectl auth whoami`. */
export interface KubernetesServer extends Restartable {
  readonly url: string;
  /** CA of the API server: file, and PEM text. */
  readonly caFile: string;
  readonly ca: string;
  /**
   * Waits until every issuer of the configuration was reached once. The genuine code asks an issuer that did not
   * answer again after 10 seconds only, so start the issuer first.
   *
   * @throws Error with the tail of the log at the timeout
   */
  untilInitialized(timeoutMs?: number): Promise<void>;
  /** Replaces the `jwt` list in the configuration file, or all of it; it is in force when the log says `reloaded`, if it is valid. */
  configure(jwt: NonNullable<KubernetesOptions['jwt']>): Promise<void>;
}

/** What {@link issuerEntry} needs to know. */
export interface IssuerEntry {
  readonly url: string;
  readonly audiences: readonly string[];
  /** PEM text; without it the system's CAs are trusted. */
  readonly ca?: string | undefined;
  /** Default `sub`. */
  readonly usernameClaim?: string | undefined;
}

/** An ordinary `jwt` entry: user name from one claim, groups from `groups`, no prefixes. */
export function issuerEntry({ url, audiences, ca, usernameClaim = 'sub' }: IssuerEntry): JwtAuthenticator {
  return {
    issuer: {
      url,
      audiences,
      audienceMatchPolicy: 'MatchAny',
      ...(ca === undefined ? {} : { certificateAuthority: ca }),
    },
    claimMappings: { username: { claim: usernameClaim, prefix: '' }, groups: { claim: 'groups', prefix: '' } },
  };
}

/**
 * Builds the program if need be (see {@link buildKubernetes}) and starts it on a free port.
 *
 * @throws Error with one line of kube-apiserver's own words when the configuration is not valid
 */
export async function startKubernetes(options: KubernetesOptions): Promise<KubernetesServer> {
  const command = await buildKubernetes();
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('kubernetes'));
  const write = (jwt: NonNullable<KubernetesOptions['jwt']>): Promise<string> =>
    folder.write('authentication.yaml', typeof jwt === 'string' ? jwt : configuration(options.version ?? 'v1', jwt));
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const { jwt, webhook, apiAudiences } = options;
  const args = [
    ...['--port', String(port), '--cert-dir', folder.path],
    ...(jwt === undefined ? [] : ['--authentication-config', await write(jwt)]),
    ...(webhook === undefined ? [] : await webhookFlags(webhook, folder)),
    ...(apiAudiences === undefined ? [] : ['--api-audiences', apiAudiences.join(',')]),
  ];
  const cache = ['--token-success-cache-ttl', `${options.tokenCacheSeconds ?? 10}s`];
  const server = stack.use(
    await startServer({
      launch: { name: 'kubernetes', command, args: [...args, ...cache] },
      check: (running) => running.log().includes(`"url":"${url}"`),
    }),
  );
  const caFile = `${folder.path}/ca.pem`;
  const owned = stack.move();
  return Object.assign(server, {
    url,
    caFile,
    ca: await readFile(caFile, 'utf8'),
    untilInitialized: (timeoutMs = 25_000) => untilInitialized(server, { url, caFile, timeoutMs }),
    configure: async (jwt: NonNullable<KubernetesOptions['jwt']>) => void (await write(jwt)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

async function webhookFlags(
  { kubeconfig, version = 'v1', cacheSeconds }: TokenWebhook,
  folder: TemporaryFolder,
): Promise<readonly string[]> {
  const flag = '--authentication-token-webhook';
  const file = await folder.write('webhook.yaml', kubeconfig, 0o600);
  return [`${flag}-config-file=${file}`, `${flag}-version=${version}`, `${flag}-cache-ttl=${cacheSeconds}s`];
}

/** JSON is YAML, so no YAML writer is needed. */
function configuration(version: string, jwt: readonly JwtAuthenticator[]): string {
  return JSON.stringify({ apiVersion: `apiserver.config.k8s.io/${version}`, kind: 'AuthenticationConfiguration', jwt });
}

interface InitializedWait {
  readonly url: string;
  readonly caFile: string;
  readonly timeoutMs: number;
}

async function untilInitialized(server: Restartable, { url, caFile, timeoutMs }: InitializedWait): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  // A restart makes a new CA, so the file is read each time.
  while ((await probe(`${url}/readyz`, await readFile(caFile, 'utf8'))) !== 200) {
    if (performance.now() > deadline) {
      throw new Error(withTail(`kubernetes reached not all issuers within ${timeoutMs} ms`, server.log()));
    }
    await delay(50);
  }
}
