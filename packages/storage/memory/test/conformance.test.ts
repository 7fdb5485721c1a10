import { createMemoryData, createMemoryDriver, type MemoryData } from '@ostiary/storage-memory';
import { storageConformance } from '@ostiary/storage-sdk/conformance/vitest';

const shared = new Map<string, MemoryData>();

const open: Parameters<typeof storageConformance>[0] = async ({ now, namespace }) => {
  const data = shared.get(namespace) ?? createMemoryData();
  shared.set(namespace, data);
  return createMemoryDriver({ now, data });
};

storageConformance(open, {
  waived: [{ rule: 'dispose/keeps-records', because: 'records are as durable as the process' }],
});
