import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { Cluster } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';
import { createRedisDriver } from './driver.ts';

/** A driver over a cluster to which nothing connects, and what is sent to it. */
function setUp() {
  const client = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true });
  const sent = vi.spyOn(client, 'eval').mockResolvedValue(1);
  const now = () => new Date('2031-01-01T00:00:00Z');
  return { client, sent, driver: createRedisDriver({ client, prefix: 'p:', now, random: randomBytes }) };
}

describe('a driver', () => {
  it('leaves no command with a cluster that has lost its connections', async () => {
    const { client, sent, driver } = setUp();
    client.status = 'reconnecting';
    await expect(driver.put(['a'], 1, { ifVersion: 'any' })).rejects.toMatchObject({ code: 'storage/unavailable' });
    expect(sent).not.toHaveBeenCalled();
  });

  it('lets the first command connect a lazy cluster', async () => {
    const { sent, driver } = setUp();
    expect((await driver.put(['a'], 1, { ifVersion: 'any' })).written).toBe(true);
    expect(sent).toHaveBeenCalledTimes(1);
  });

  it('says which kind of record is damaged, and quotes nothing of it', async () => {
    const { client, driver } = setUp();
    vi.spyOn(client, 'hmget').mockResolvedValue(['{hush-hush', 'version', '']);
    const error: unknown = await driver.get(['code', 'a']).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'storage/corrupt', detail: { kind: 'code', problem: 'it is not JSON' } });
    expect(inspect(error, { depth: 9 })).not.toContain('hush');
  });

  it('takes an invalid date for a mistake of its caller, not of Redis', async () => {
    const { sent, driver } = setUp();
    const expiresAt = new Date(Number.NaN);
    await expect(driver.put(['a'], 1, { ifVersion: 'any', expiresAt })).rejects.toThrow(RangeError);
    expect(sent).not.toHaveBeenCalled();
  });
});
