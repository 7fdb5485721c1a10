import { type RedisConfig, redisStorage } from '@ostiary/storage-redis';

/** Checks options as a server does. */
export async function configOf(options: Readonly<Record<string, unknown>>): Promise<RedisConfig> {
  const result = await redisStorage.config['~standard'].validate(options);
  if (result.issues) throw new Error(JSON.stringify(result.issues));
  return result.value;
}
