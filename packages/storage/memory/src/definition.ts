import { defineStorage, type StorageDefinition } from '@ostiary/storage-sdk';
import { type MemoryConfig, memoryConfig } from './config.ts';
import { createMemoryDriver } from './driver.ts';

/** `storage.type: memory`. Everything is forgotten when the process ends. */
export const memoryStorage: StorageDefinition<MemoryConfig> = defineStorage({
  type: 'memory',
  config: memoryConfig,
  durable: false,
  open: async (_config, { now }) => createMemoryDriver({ now }),
});
