import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { createPostgresDriver } from './driver.ts';

/** A driver over connections that answer these rows, and what is sent to them. */
function setUp(rows: readonly object[] = []) {
  const query = vi.fn().mockResolvedValue({ rows, rowCount: rows.length });
  const connections = { query, read: query, close: vi.fn() };
  const now = () => new Date('2031-01-01T00:00:00Z');
  return { query, driver: createPostgresDriver({ connections, now, random: randomBytes }) };
}

describe('a driver', () => {
  it('says which kind of record is damaged, and quotes nothing of it', async () => {
    const row = { value: Buffer.from('{hush-hush'), version: Buffer.from('v'), expires_at: null };
    const error: unknown = await setUp([row])
      .driver.get(['code', 'a'])
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'storage/corrupt', detail: { kind: 'code', problem: 'it is not JSON' } });
    expect(inspect(error, { depth: 9 })).not.toContain('hush');
  });

  it('takes an invalid date for a mistake of its caller, not of PostgreSQL', async () => {
    const { query, driver } = setUp();
    const expiresAt = new Date(Number.NaN);
    await expect(driver.put(['a'], 1, { ifVersion: 'any', expiresAt })).rejects.toThrow(RangeError);
    expect(query).not.toHaveBeenCalled();
  });

  it('gives no statement a name, for poolers', async () => {
    const { query, driver } = setUp();
    await driver.put(['a'], 1, { ifVersion: 'any' });
    await driver.get(['a']);
    await driver.take(['a'], { ifVersion: 'v' });
    await driver.scan({ prefix: [], limit: 1 });
    await driver.sweep({ limit: 1 });
    expect(query.mock.calls.map(([statement]) => typeof statement)).toEqual(Array(5).fill('string'));
  });
});
