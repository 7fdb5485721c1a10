/** Records in Redis: for replicas on several machines. */
export type { RedisAddress, RedisConfig } from './config.ts';
export { redisStorage } from './definition.ts';
export { createRedisDriver, type RedisDriverOptions } from './driver.ts';
