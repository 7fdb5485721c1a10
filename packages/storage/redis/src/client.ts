import type { Logger } from '@ostiary/primitives';
import { connectionLog, readPassword, readTlsFiles } from '@ostiary/storage-sdk/server';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisAddress, RedisConfig } from './config.ts';
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
  const connections = connectionLog({
    failed: (error) => log.warn('redis.connection_failed', { error }),
    recovered: (failures) => log.info('redis.connection_recovered', { failures }),
  });
  client.on('ready', () => connections.works());
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
  const password = await readPassword(config);
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

async function tlsOptions(tls: NonNullable<RedisConfig['tls']>): Promise<object> {
  const { serverName } = tls;
  return { ...(await readTlsFiles(tls, 'tls')), ...(serverName === undefined ? {} : { servername: serverName }) };
}
