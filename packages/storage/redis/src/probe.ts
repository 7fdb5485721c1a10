import type { Logger } from '@ostiary/primitives';
import { type Key, randomVersion, type StorageDeps, type StorageDriver } from '@ostiary/storage-sdk';
import type { Cluster, Redis } from 'ioredis';
import { primariesOf } from './client.ts';

const PROBE_MS = 60_000;

/** Does with a record of its own everything that a driver does, so that missing rights are found at the start. */
export async function probe(driver: StorageDriver, { now, random }: Omit<StorageDeps, 'log'>): Promise<void> {
  const key: Key = ['storage-probe', randomVersion(random)];
  const expiresAt = new Date(now().getTime() + PROBE_MS);
  await driver.put(key, null, { ifVersion: 'absent', expiresAt });
  await driver.get(key);
  await driver.scan({ prefix: ['storage-probe'], limit: 1 });
  await driver.put(key, null, { ifVersion: 'any' });
  await driver.take(key);
}

/** Says so when Redis would throw records away to make room. A user who may not ask hears nothing. */
export async function warnOfEviction(client: Redis | Cluster, log: Logger): Promise<void> {
  const infos = await Promise.all(primariesOf(client).map((node) => node.info('memory').catch(() => '')));
  const policies = infos.flatMap((info) => /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? []);
  const policy = policies.find((name) => name !== 'noeviction');
  if (policy !== undefined) log.warn('redis.evicts_records', { policy });
}
