import { createMemoryData, createMemoryDriver, type MemoryData } from '@ostiary/storage-memory';
import { storageConformance } from '@ostiary/storage-sdk/conformance/vitest';

const shared = new Map<string, MemoryData>();

storageConformance(async ({ now, namespace }) => {
  const data = shared.get(namespace) ?? createMemoryData();
  shared.set(namespace, data);
  return createMemoryDriver({ now, data });
});
