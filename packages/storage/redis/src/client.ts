import { readFile } from 'node:fs/promises';
import { type Logger, OstiaryError } from '@ostiary/primitives';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress, RedisConfig } from './config.ts';
import { connectionLog } from './connection-log.ts';
import { isOfSelect, withoutCommand } from './redis-error.ts';

/** Without the one option whose declared type does not fit the rest. */
type Options = Omit<RedisOptions, 'replyMapping'>;

const CONNECT_MS = 5_000;
const COMMAND_MS = 5_000;
const LONGEST_PAUSE_MS = 2_000;

/** A client of one Redis, or of a cluster. Its events are logged; nothing waits longer than a few seconds. */
export async function openClient(config: RedisConfig, log: Logger): Promise<Redis | Cluster> {
  const options = await clientOptions(config);
  const client =
    config.cluster === undefined
      ? new Redis({ ...options, ...where(config), lazyConnect: true })
      : openCluster(config.cluster, options);
  const connections = connectionLog(log);
  client.on('ready', () => connections.ready());
  client.on('error', (error: Error) => {
    // ioredis would go on in database 0, among the records of somebody else.
    if (isOfSelect(error)) client.disconnect(true);
    connections.failed(withoutCommand(error));
  });
  return client;
}

/** The nodes that hold the keys between them. */
export function primariesOf(client: Redis | Cluster): readonly Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}

function openCluster(nodes: readonly RedisAddress[], redisOptions: Options): Cluster {
  return new Cluster([...nodes], {
    redisOptions,
    lazyConnect: true,
    clusterRetryStrategy: pause,
    // Turns off that a cluster sends a command again whose answer was lost.
    retryDelayOnFailover: 0,
  });
}

function where({ socket, host, port, database }: RedisConfig): Options {
  return { ...(socket === undefined ? { host, port } : { path: socket }), db: database };
}

async function clientOptions(config: RedisConfig): Promise<Options> {
  const { username, tls } = config;
  const password = await passwordOf(config);
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: await tlsOptions(tls) }),
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
    // Without it, a connection that fell silent is kept for as long as the system keeps it, a quarter of an hour.
    socketTimeout: COMMAND_MS,
    // After a failover the node at the other end may be a replica now; a new connection finds the primary.
    reconnectOnError: ({ message }) => /\bREADONLY\b/.test(message),
    maxRetriesPerRequest: 1,
    // A command whose answer was lost may have been carried out: the caller must hear that, not get a second try.
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: true,
    retryStrategy: pause,
  };
}

const pause = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 6), LONGEST_PAUSE_MS);

async function passwordOf({ password, passwordFile }: RedisConfig): Promise<string | undefined> {
  if (passwordFile === undefined) return password?.reveal();
  return (await readNamed(passwordFile, 'passwordFile')).replace(/\r?\n$/, '');
}

async function tlsOptions({ caFile, certFile, keyFile, serverName }: NonNullable<RedisConfig['tls']>): Promise<object> {
  return {
    ...(caFile === undefined ? {} : { ca: await readNamed(caFile, 'tls.caFile') }),
    ...(certFile === undefined ? {} : { cert: await readNamed(certFile, 'tls.certFile') }),
    ...(keyFile === undefined ? {} : { key: await readNamed(keyFile, 'tls.keyFile') }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

async function readNamed(file: string, key: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new OstiaryError('config/invalid', `${key}: the file cannot be read. Check path and rights.`, { cause });
  }
}
