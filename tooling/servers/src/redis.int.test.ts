import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { type RedisServer, startRedis } from './redis.ts';
import { requireTool } from './requirements.ts';

async function ask<T>(server: RedisServer, question: (client: Redis) => Promise<T>, url = server.url): Promise<T> {
  const tls = server.ca === undefined ? {} : { tls: { ca: server.ca } };
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, ...tls });
  const refusal = Promise.withResolvers<never>();
  client.once('error', refusal.reject); // says why; the commands only learn that the connection is closed
  try {
    await Promise.race([client.connect(), refusal.promise]);
    return await question(client);
  } finally {
    client.disconnect();
  }
}

describe.skipIf(requireTool('redis-server', 'openssl') !== undefined)('redis', () => {
  it('answers over TLS to an ACL user, and to nobody else', async () => {
    await using redis = await startRedis({ user: { name: 'ostiary', password: 'p@ss word' }, tls: 'own-ca' });
    expect(await ask(redis, (client) => client.ping())).toBe('PONG');
    await expect(ask(redis, (client) => client.ping(), `rediss://ostiary:no@127.0.0.1:${redis.port}`)).rejects.toThrow(
      /WRONGPASS/,
    );
    await expect(ask({ ...redis, ca: undefined }, (client) => client.ping(), redis.url)).rejects.toThrow(/self-signed/);
  });

  it('keeps what it acknowledged through a crash, with appendfsync always', async () => {
    await using redis = await startRedis({ password: 'secret', appendfsync: 'always' });
    await ask(redis, (client) => client.set('code', 'used'));
    const first = redis.pid;
    await redis.kill();
    expect(redis.pid).toBe(0);
    await redis.restart();
    expect(redis.pid).not.toBe(first);
    expect(await ask(redis, (client) => client.get('code'))).toBe('used');
  });

  it('is gone after its scope, and so is its folder', async () => {
    let pid = 0;
    {
      await using redis = await startRedis();
      pid = redis.pid;
      expect(() => process.kill(pid, 0)).not.toThrow();
    }
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });
});
