import { createAuthority } from './certificates.ts';
import { freePort } from './free-port.ts';
import { toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { runCommand } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** How the server is to be: without options it is open, without TLS, and forgets everything at a restart. */
export interface RedisOptions {
  /** Password of the default user. */
  readonly password?: string | undefined;
  /** An ACL user; the default user is turned off then. `rules` default to everything (`~* &* +@all`). */
  readonly user?: { readonly name: string; readonly password: string; readonly rules?: string } | undefined;
  /** `own-ca` serves TLS only, with a certificate from a CA made in place. */
  readonly tls?: 'own-ca' | undefined;
  /** `always` writes every change to disk before it answers. */
  readonly appendfsync?: 'always' | undefined;
  /** A cluster of this one node, which tells clients that it is at `announcedPort`: that of a proxy in front of it. */
  readonly cluster?: { readonly announcedPort?: number } | undefined;
}

/** A running redis-server. */
export interface RedisServer extends Restartable {
  readonly port: number;
  /** `redis://` or `rediss://` URL with the user and the password in it. */
  readonly url: string;
  /** PEM text of the CA to trust, with TLS. */
  readonly ca: string | undefined;
}

/** Starts redis-server on a free port of 127.0.0.1. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('redis'));
  const port = await freePort();
  const authority = options.tls === undefined ? undefined : stack.use(await createAuthority());
  const lines = [
    ...['bind 127.0.0.1', `dir ${folder.path}`, 'save ""', 'daemonize no'],
    ...(options.appendfsync === undefined ? [] : ['appendonly yes', `appendfsync ${options.appendfsync}`]),
    ...access(options),
    ...(options.cluster === undefined ? [] : await clusterLines(options.cluster)),
    ...(authority === undefined
      ? [`port ${port}`]
      : ['port 0', `tls-port ${port}`, 'tls-auth-clients no', ...(await certificateLines(authority))]),
  ];
  const config = await folder.write('redis.conf', `${lines.join('\n')}\n`);
  const launch = { name: 'redis-server', command: toolPath('redis-server'), args: [config] };
  const check: Parameters<typeof startServer>[0]['check'] = async (running) =>
    running.log().includes('Ready to accept') &&
    (options.cluster === undefined || (await servesAllSlots(port, options)));
  const server = stack.use(await startServer({ launch, check }));
  const owned = stack.move();
  return Object.assign(server, {
    port,
    url: `${authority === undefined ? 'redis' : 'rediss'}://${credentials(options)}127.0.0.1:${port}`,
    ca: authority?.ca,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

async function clusterLines({ announcedPort }: NonNullable<RedisOptions['cluster']>): Promise<readonly string[]> {
  const announce = announcedPort === undefined ? [] : [`cluster-announce-port ${announcedPort}`];
  return ['cluster-enabled yes', `cluster-port ${await freePort()}`, 'cluster-announce-ip 127.0.0.1', ...announce];
}

/** Gives the node all slots, where it has not got them yet, and says whether it serves them. */
async function servesAllSlots(port: number, { password }: RedisOptions): Promise<boolean> {
  const ask = (...args: readonly string[]) =>
    runCommand({
      command: toolPath('redis-cli'),
      args: ['-p', `${port}`, 'cluster', ...args],
      env: { ...process.env, ...(password === undefined ? {} : { REDISCLI_AUTH: password }) },
    });
  await ask('addslotsrange', '0', '16383');
  return (await ask('info')).stdout.includes('cluster_state:ok');
}

function access({ password, user }: RedisOptions): readonly string[] {
  if (user !== undefined) {
    return [
      'user default off',
      `user ${user.name} on ${JSON.stringify(`>${user.password}`)} ${user.rules ?? '~* &* +@all'}`,
    ];
  }
  return password === undefined ? [] : [`requirepass ${JSON.stringify(password)}`];
}

async function certificateLines(authority: Awaited<ReturnType<typeof createAuthority>>): Promise<readonly string[]> {
  const { certificateFile, keyFile } = await authority.issue();
  return [`tls-cert-file ${certificateFile}`, `tls-key-file ${keyFile}`, `tls-ca-cert-file ${authority.caFile}`];
}

function credentials({ password, user }: RedisOptions): string {
  const [name, secret] = user === undefined ? ['', password] : [user.name, user.password];
  return secret === undefined ? '' : `${encodeURIComponent(name)}:${encodeURIComponent(secret)}@`;
}
