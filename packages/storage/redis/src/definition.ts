import { defineStorage, type StorageDefinition, type StorageDeps, type StorageDriver } from '@ostiary/storage-sdk';
import type { Cluster, Redis } from 'ioredis';
import { openClient } from './client.ts';
import { type RedisConfig, redisConfig } from './config.ts';
import { createRedisDriver } from './driver.ts';
import { openingError } from './opening-error.ts';
import { probe, warnOfEviction } from './probe.ts';
import { within } from './within.ts';

const OPEN_MS = 10_000;

/** `storage.type: redis`. As durable as Redis is configured to be (`appendonly`, `appendfsync`). */
export const redisStorage: StorageDefinition<RedisConfig> = defineStorage({
  type: 'redis',
  config: redisConfig,
  durable: true,
  open: openRedis,
});

/**
 * Connects, and tries once whether this user may work here.
 *
 * @throws {OstiaryError} `config/invalid` for files that cannot be read, credentials that are refused and a replica
 *   that cannot be written, `storage/unavailable` when nobody answers in time. The message names the Redis.
 */
async function openRedis(config: RedisConfig, { now, random, log }: StorageDeps): Promise<StorageDriver> {
  const client = await openClient(config, log);
  // What `connect` rejects with is only that the connection was closed; why, is told by the event before it.
  let reason: unknown;
  client.on('error', (error: unknown) => {
    reason = error;
  });
  const driver = createRedisDriver({ client, prefix: config.prefix, now, random });
  try {
    await within(OPEN_MS, connected(client));
    await probe(driver, { now, random });
    await within(OPEN_MS, warnOfEviction(client, log));
  } catch (error) {
    client.disconnect();
    throw openingError({ config, error, reason });
  }
  return driver;
}

/** `connect` of a cluster does not hear of its own later attempts, so the event counts as well. */
function connected(client: Redis | Cluster): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.once('ready', resolve);
  client.connect().then(resolve, reject);
  return promise;
}
