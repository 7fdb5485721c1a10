import { OstiaryError } from '@ostiary/primitives';
import { defineStorage, type StorageDefinition, type StorageDeps, type StorageDriver } from '@ostiary/storage-sdk';
import { openClient } from './client.ts';
import { type RedisConfig, redisConfig } from './config.ts';
import { createRedisDriver } from './driver.ts';
import { refusal, toOstiaryError } from './redis-error.ts';

/** `storage.type: redis`. As durable as Redis is configured to be (`appendonly`, `appendfsync`). */
export const redisStorage: StorageDefinition<RedisConfig> = defineStorage({
  type: 'redis',
  config: redisConfig,
  durable: true,
  open: openRedis,
});

/**
 * Connects, and asks once whether this user may work here.
 *
 * @throws {OstiaryError} `config/invalid` for files that cannot be read and credentials that are refused,
 *   `storage/unavailable` when nobody answers.
 */
async function openRedis(config: RedisConfig, { now, random, log }: StorageDeps): Promise<StorageDriver> {
  const client = await openClient(config, log);
  // What `connect` rejects with is only that the connection was closed; why, is told by the event before it.
  let reason: unknown;
  client.on('error', (error: unknown) => {
    reason = error;
  });
  try {
    await client.connect();
    await client.hget(`${config.prefix}probe`, 'v');
  } catch (error) {
    client.disconnect();
    const why = refusal(error) ?? refusal(reason);
    if (why === undefined) throw toOstiaryError(error);
    throw new OstiaryError('config/invalid', `storage.config: Redis ${why}.`, { cause: error });
  }
  return createRedisDriver({ client, prefix: config.prefix, now, random });
}
