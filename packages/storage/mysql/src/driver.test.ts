import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { createMysqlDriver } from './driver.ts';
import { ServerError, toOstiaryError } from './mysql-error.ts';
import { DELETE, GET, INSERT, REPLACE_EXPIRED } from './statements.ts';

const row = { value: Buffer.from('1'), version: Buffer.from('v'), expires_at: null };
const found = { rows: [row], affectedRows: 0 };
const nothing = { rows: [], affectedRows: 0 };
const done = { rows: [], affectedRows: 1 };
const taken = toOstiaryError(new ServerError('x', { errno: 1062, sqlState: '23000' }));

/** A driver over connections that answer, or refuse, one after the other. */
function setUp(...answers: readonly (object | Error)[]) {
  const sent: string[] = [];
  const left = [...answers];
  const query = vi.fn(async (text: string) => {
    sent.push(text);
    const answer = left.shift() ?? nothing;
    if (answer instanceof Error) throw answer;
    return answer as never;
  });
  const connections = { query, read: query, close: vi.fn() };
  const now = () => new Date('2031-01-01T00:00:00Z');
  return { sent, query, driver: createMysqlDriver({ connections, now, random: randomBytes }) };
}

describe('a driver', () => {
  it('says which kind of record is damaged, and quotes nothing of it', async () => {
    const damaged = { rows: [{ ...row, value: Buffer.from('{hush-hush') }], affectedRows: 0 };
    const error: unknown = await setUp(damaged)
      .driver.get(['code', 'a'])
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'storage/corrupt', detail: { kind: 'code', problem: 'it is not JSON' } });
    expect(inspect(error, { depth: 9 })).not.toContain('hush');
  });

  it('takes an invalid date for a mistake of its caller, not of the database', async () => {
    const { query, driver } = setUp();
    const expiresAt = new Date(Number.NaN);
    await expect(driver.put(['a'], 1, { ifVersion: 'any', expiresAt })).rejects.toThrow(RangeError);
    expect(query).not.toHaveBeenCalled();
  });

  it('looks again when a record was changed between being read and removed', async () => {
    const { sent, driver } = setUp(found, nothing, found, done);
    expect((await driver.take(['a']))?.version).toBe('v');
    expect(sent).toEqual([GET, DELETE, GET, DELETE]);
    expect(await setUp(found, nothing, nothing).driver.take(['a'])).toBeUndefined();
  });

  it('takes no other state than the wanted one', async () => {
    const { sent, driver } = setUp(found);
    expect(await driver.take(['a'], { ifVersion: 'V' })).toBeUndefined();
    expect(sent).toEqual([GET]);
  });

  it('is not told that a record is there when what was in the way was removed meanwhile', async () => {
    const { sent, driver } = setUp(taken, nothing, nothing, done);
    expect(await driver.put(['a'], 1, { ifVersion: 'absent' })).toMatchObject({ written: true });
    expect(sent).toEqual([INSERT, REPLACE_EXPIRED, GET, INSERT]);
  });

  it('inserts nothing again that failed for another reason', async () => {
    const gone = toOstiaryError(new Error('Connection lost'));
    const { sent, driver } = setUp(gone);
    await expect(driver.put(['a'], 1, { ifVersion: 'absent' })).rejects.toBe(gone);
    expect(sent).toEqual([INSERT]);
  });

  it('sends nothing that an sql_mode or a character set could read in another way', async () => {
    const { query, driver } = setUp(done, nothing, nothing, nothing, nothing);
    await driver.put(['a', "'\\"], 1, { ifVersion: 'any', expiresAt: new Date(5) });
    await driver.get(['a']);
    await driver.take(['a'], { ifVersion: 'v' });
    await driver.scan({ prefix: ['a'], limit: 1, cursor: 'a/b' });
    await driver.sweep({ limit: 1 });
    const values = query.mock.calls.flatMap((call: readonly unknown[]) => call[1]);
    expect(values.every((value) => value === null || typeof value === 'number' || Buffer.isBuffer(value))).toBe(true);
  });
});
