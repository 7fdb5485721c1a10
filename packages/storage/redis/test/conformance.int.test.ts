import { randomBytes } from 'node:crypto';
import { silentLogger } from '@ostiary/primitives';
import { redisStorage } from '@ostiary/storage-redis';
import { storageConformance } from '@ostiary/storage-sdk/conformance/vitest';
import { type RedisServer, requireTool, startRedis } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe } from 'vitest';
import { configOf } from './support.ts';

describe.skipIf(requireTool('redis-server') !== undefined)('a real Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const open: Parameters<typeof storageConformance>[0] = async ({ now, namespace }) => {
    // A prefix with signs that mean something in a pattern.
    const config = await configOf({ port: server.port, prefix: `${namespace}[*]?:` });
    return redisStorage.open(config, { now, random: randomBytes, log: silentLogger });
  };
  storageConformance(open, {
    waived: [{ rule: 'sweep/frees-space', because: 'Redis removes expired records by itself' }],
  });
});
