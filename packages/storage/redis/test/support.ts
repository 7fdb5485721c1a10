import { randomBytes } from 'node:crypto';
import { silentLogger } from '@ostiary/primitives';
import { type RedisConfig, redisStorage } from '@ostiary/storage-redis';
import type { StorageDeps } from '@ostiary/storage-sdk';

/** What a storage is given. */
export const deps: StorageDeps = { now: () => new Date(), random: randomBytes, log: silentLogger };

/** Checks options as a server does. */
export async function configOf(options: Readonly<Record<string, unknown>>): Promise<RedisConfig> {
  const result = await redisStorage.config['~standard'].validate(options);
  if (result.issues) throw new Error(JSON.stringify(result.issues));
  return result.value;
}
