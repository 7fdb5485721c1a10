import { type IndexOptions, indexRecord } from '@ostiary/storage-sdk';
import { describe, expect, it, vi } from 'vitest';
import { modelDriver } from './model-driver.ts';

const start = Date.parse('2031-01-01T00:00:00Z');

function setUp(options: Partial<IndexOptions> = {}) {
  let time = start;
  const now = () => new Date(time);
  const driver = modelDriver(now);
  const index = indexRecord(driver, {
    kind: 'user-families',
    now,
    retry: { sleep: async () => undefined },
    ...options,
  });
  const wait = (ms: number): void => {
    time += ms;
  };
  return { driver, index, now, wait };
}
const at = (ms: number) => new Date(start + ms);

describe('indexRecord', () => {
  it('lists what was added, per owner, in order', async () => {
    const { index } = setUp();
    await index.add(['github', '1'], { id: 'a', expiresAt: at(10) });
    await index.add(['github', '1'], { id: 'b' });
    await index.add(['github', '2'], { id: 'c' });
    expect(await index.list(['github', '1'])).toEqual([{ id: 'a', expiresAt: at(10) }, { id: 'b' }]);
    expect(await index.list('nobody')).toEqual([]);
  });

  it('refuses an invalid date: it must not become "never"', async () => {
    const { index } = setUp();
    await expect(index.add('jane', { id: 'a', expiresAt: new Date(Number.NaN) })).rejects.toThrow(RangeError);
    expect(await index.list('jane')).toEqual([]);
  });

  it('does not list a member at its deadline', async () => {
    const { index, wait } = setUp();
    await index.add('jane', { id: 'a', expiresAt: at(10) });
    await index.add('jane', { id: 'b', expiresAt: at(20) });
    wait(10);
    expect(await index.list('jane')).toEqual([{ id: 'b', expiresAt: at(20) }]);
  });

  it('drops expired members at every write, so that a record does not grow with its past', async () => {
    const { driver, index, wait } = setUp();
    for (let round = 1; round <= 50; round += 1) {
      await index.add('jane', { id: `m${round}`, expiresAt: at(round * 10 + 5) });
      wait(10);
    }
    await index.add('jane', { id: 'last', expiresAt: at(10_000) });
    const stored = await driver.get(['user-families', 'jane']);
    expect(stored?.value).toEqual({
      v: 1,
      d: [
        ['m50', start + 505],
        ['last', start + 10_000],
      ],
    });
    await index.remove('jane', 'm50');
    expect((await driver.get(['user-families', 'jane']))?.value).toEqual({ v: 1, d: [['last', start + 10_000]] });
  });

  it('lives as long as its longest member', async () => {
    const { driver, index } = setUp();
    await index.add('jane', { id: 'a', expiresAt: at(50) });
    await index.add('jane', { id: 'b', expiresAt: at(20) });
    expect((await driver.get(['user-families', 'jane']))?.expiresAt).toEqual(at(50));
    await index.add('jane', { id: 'c' });
    expect((await driver.get(['user-families', 'jane']))?.expiresAt).toBeUndefined();
    await index.remove('jane', 'c');
    await index.remove('jane', 'a');
    expect((await driver.get(['user-families', 'jane']))?.expiresAt).toEqual(at(20));
  });

  it('gives a member that is added again its new deadline', async () => {
    const { index } = setUp();
    await index.add('jane', { id: 'a', expiresAt: at(10) });
    await index.add('jane', { id: 'b' });
    expect(await index.add('jane', { id: 'a', expiresAt: at(30) })).toEqual([]);
    expect(await index.list('jane')).toEqual([{ id: 'b' }, { id: 'a', expiresAt: at(30) }]);
  });

  it('pushes out the oldest beyond the limit, and says so', async () => {
    const { index, wait } = setUp({ limit: 2 });
    expect(await index.add('jane', { id: 'a' })).toEqual([]);
    expect(await index.add('jane', { id: 'b', expiresAt: at(10) })).toEqual([]);
    expect(await index.add('jane', { id: 'c' })).toEqual(['a']);
    wait(10);
    expect(await index.add('jane', { id: 'd' })).toEqual([]);
    expect((await index.list('jane')).map(({ id }) => id)).toEqual(['c', 'd']);
  });

  it('removes the record with its last member', async () => {
    const { driver, index } = setUp();
    await index.add('jane', { id: 'a' });
    await index.remove('jane', 'a');
    expect(await driver.get(['user-families', 'jane'])).toBeUndefined();
  });

  it('does not write to remove what is not there', async () => {
    const { driver, now } = setUp();
    const put = vi.fn(driver.put);
    const index = indexRecord({ ...driver, put }, { kind: 'user-families', now });
    await index.remove('jane', 'a');
    expect(put).not.toHaveBeenCalled();
  });

  it('keeps all of many parallel additions and removals', async () => {
    const { index } = setUp({ retry: { attempts: 1000, sleep: async () => undefined } });
    const ids = Array.from({ length: 40 }, (_, n) => `m${n}`);
    await Promise.all(ids.map((id) => index.add('jane', { id })));
    expect(new Set((await index.list('jane')).map(({ id }) => id))).toEqual(new Set(ids));
    await Promise.all(ids.slice(1).map((id) => index.remove('jane', id)));
    expect(await index.list('jane')).toEqual([{ id: 'm0' }]);
  });
});
