import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text as textOf } from 'node:stream/consumers';
import { type Certificate, type CertificateAuthority, createAuthority } from './certificates.ts';
import { freePort } from './free-port.ts';
import { probe } from './probe.ts';
import { toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** How the server is to be: without options it speaks no TLS, and lets everybody in. */
export interface EtcdOptions {
  /** It speaks TLS with who shows a certificate of its CA: the subject alternative names of its own. */
  readonly tls?: string | undefined;
  /** Who may come in: `root`, and {@link EtcdServer.login} with a role for the keys that begin with this text. */
  readonly prefix?: string | undefined;
  /** Settings, such as `quota-backend-bytes=2000000`. */
  readonly settings?: readonly string[] | undefined;
}

/** A running etcd of one member. */
export interface EtcdServer extends Restartable {
  readonly url: string;
  readonly port: number;
  /** Who may use the prefix. */
  readonly login: { readonly username: string; readonly password: string };
  /** The CA of its certificate, with TLS. */
  readonly authority: CertificateAuthority | undefined;
  /**
   * Asks its gateway of JSON for something, as `root` where it wants to know.
   *
   * @param path below `/v3`
   * @throws Error with what it says when it refuses
   */
  ask(path: string, body: object): Promise<unknown>;
  /** Forgets all states but the newest, as clusters do every five minutes. */
  compact(): Promise<void>;
}

const password = 'only-for-tests';
const login = { username: 'ostiary', password };

/** Starts etcd on free ports of 127.0.0.1, in a folder of its own. */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('etcd'));
  const authority = options.tls === undefined ? undefined : stack.use(await createAuthority());
  // Its gateway takes no client with a CommonName while users log in.
  const certificate = await authority?.issue(options.tls, '/O=ostiary-test');
  const port = await freePort();
  const url = `${authority === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const [health, peers] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const tls =
    certificate === undefined
      ? []
      : ['--cert-file', certificate.certificateFile, '--key-file', certificate.keyFile, '--client-cert-auth'];
  const args = [
    ...['--data-dir', `${folder.path}/data`, '--initial-cluster', `default=${peers}`, '--bcrypt-cost', '4'],
    ...['--listen-client-urls', url, '--advertise-client-urls', url, '--listen-metrics-urls', health],
    ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers],
    '--unsafe-no-fsync', // a process that is killed loses nothing without it; only a machine would
    ...(authority === undefined ? tls : [...tls, '--trusted-ca-file', authority.caFile]),
    ...(options.settings ?? []).map((setting) => `--${setting}`),
  ];
  const server = stack.use(
    await startServer({
      launch: { name: 'etcd', command: toolPath('etcd'), args, cwd: folder.path },
      check: async () => (await probe(`${health}/health`)) === 200,
    }),
  );
  const gateway: Gateway = { url, certificate, ca: authority?.ca };
  if (options.prefix !== undefined) await letIn(gateway, options.prefix);
  const ask: EtcdServer['ask'] = async (path, body) =>
    post(gateway, path, { body, ...(options.prefix === undefined ? {} : { token: await rootToken(gateway) }) });
  const owned = stack.move();
  return Object.assign(server, {
    ...{ url, port, login, authority, ask },
    async compact() {
      const { header } = (await ask('kv/range', { key: btoa('any') })) as { header: { revision: string } }; // documented by etcd
      await ask('kv/compaction', { revision: header.revision, physical: true });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** Where the gateway is, and who asks there. */
interface Gateway {
  readonly url: string;
  readonly certificate: Certificate | undefined;
  readonly ca: string | undefined;
}

/** Makes the users, and lets nobody else in from now on. */
async function letIn(gateway: Gateway, prefix: string): Promise<void> {
  const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  const perm = { permType: 'READWRITE', key: btoa(prefix), range_end: btoa(end) };
  const steps: readonly (readonly [path: string, body: object])[] = [
    ['user/add', { name: 'root', password }],
    ['role/add', { name: 'root' }],
    ['user/grant', { user: 'root', role: 'root' }],
    ['user/add', { name: login.username, password }],
    ['role/add', { name: 'records' }],
    ['role/grant', { name: 'records', perm }],
    ['user/grant', { user: login.username, role: 'records' }],
    ['enable', {}],
  ];
  for (const [path, body] of steps) await post(gateway, `auth/${path}`, { body });
}

async function rootToken(gateway: Gateway): Promise<string> {
  const answer = await post(gateway, 'auth/authenticate', { body: { name: 'root', password } });
  return (answer as { token: string }).token; // documented by etcd
}

/** Over its gateway of JSON, so that no client is needed. */
async function post(
  { url, certificate, ca }: Gateway,
  path: string,
  { body, token }: { readonly body: object; readonly token?: string },
): Promise<unknown> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  const asked = request(`${url}/v3/${path}`, {
    ...{ method: 'POST', agent: false },
    ...(token === undefined ? {} : { headers: { authorization: token } }),
    ...(ca === undefined ? {} : { ca, cert: certificate?.certificate, key: certificate?.key }),
  });
  asked.end(JSON.stringify(body));
  const [reply] = await once(asked, 'response');
  const text = await textOf(reply);
  if (reply.statusCode !== 200) throw new Error(`etcd refuses ${path}: ${text}`);
  return JSON.parse(text);
}
