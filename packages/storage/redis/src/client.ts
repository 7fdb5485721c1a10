import { readFile } from 'node:fs/promises';
import { type Logger, OstiaryError } from '@ostiary/primitives';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisConfig } from './config.ts';

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
      : new Cluster([...config.cluster], { redisOptions: options, lazyConnect: true, clusterRetryStrategy: pause });
  client.on('error', (error: Error) => log.warn('redis.connection_failed', { error }));
  return client;
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
