import { describe, expect, it, vi } from 'vitest';
import type { RecordHead } from './record-object.ts';
import { sweep } from './sweep.ts';

const heads = (count: number): readonly RecordHead[] =>
  Array.from({ length: count }, (_, index) => ({ name: `n${index}`, uid: 'u', resourceVersion: '1' }));

/** Sweeps where one shard has so many expired records, and all together have so many. */
async function run(
  inShard: number,
  inAll: number,
  options: { readonly limit?: number; readonly isGone?: boolean } = {},
) {
  const select = vi.fn(async (selector: string) => heads(selector.includes('shard') ? inShard : inAll));
  const remove = vi.fn(async () => options.isGone !== true);
  const random = (): Uint8Array => Uint8Array.of(0xab);
  const { limit = 500 } = options;
  const outcome = await sweep({ records: { select, remove }, random, now: 100, limit, notBefore: '0' });
  return { outcome, remove, selectors: select.mock.calls.map(([selector]) => selector) };
}

describe('a sweep', () => {
  it('looks at one shard first, then at all', async () => {
    const { outcome, selectors } = await run(1, 300);
    expect(selectors).toEqual(['ostiary.dev/expires<101,ostiary.dev/shard=ab', 'ostiary.dev/expires<101']);
    expect(outcome).toEqual({ removed: 300, more: false });
  });

  it('keeps to one shard where that has many: a list of all has no limit', async () => {
    const { outcome, selectors } = await run(1_200, 300_000);
    expect(selectors).toHaveLength(1);
    expect(outcome).toEqual({ removed: 500, more: true });
    expect((await run(5, 300_000)).outcome).toEqual({ removed: 5, more: true });
  });

  it('removes no more than it may', async () => {
    const { outcome, remove } = await run(2, 600, { limit: 7 });
    expect(outcome).toEqual({ removed: 7, more: true });
    expect(remove).toHaveBeenCalledTimes(7);
  });

  it('counts nothing that others removed, and ends then', async () => {
    const { outcome } = await run(5, 0, { isGone: true });
    expect(outcome).toEqual({ removed: 0, more: false });
  });
});
