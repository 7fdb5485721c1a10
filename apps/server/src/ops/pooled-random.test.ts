import { randomFillSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pooledRandom } from './pooled-random.ts';

/** Counts up, so that each byte of the generator can be told from the next. */
function counting(): { fill: (bytes: Uint8Array) => void; fills: number } {
  let next = 0;
  const source = {
    fills: 0,
    fill(bytes: Uint8Array) {
      source.fills += 1;
      for (let index = 0; index < bytes.length; index += 1) bytes[index] = next++ % 251;
    },
  };
  return source;
}

describe('pooledRandom', () => {
  it('gives as many bytes as were asked for, and never the same ones twice', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 40 }), (lengths) => {
        const random = pooledRandom((bytes) => randomFillSync(bytes));
        const seen = new Set<string>();
        for (const length of lengths) {
          const bytes = random(length);
          expect(bytes).toHaveLength(length);
          if (length < 16) continue;
          const text = Buffer.from(bytes).toString('hex');
          expect(seen.has(text)).toBe(false);
          seen.add(text);
        }
      }),
    );
  });

  it('hands each byte of the generator out once', () => {
    const source = counting();
    const random = pooledRandom((bytes) => source.fill(bytes));
    const bytes = Array.from({ length: 4096 / 32 }, () => [...random(32)]).flat();
    expect(bytes).toEqual(Array.from({ length: 4096 }, (_, index) => index % 251));
    expect(source.fills).toBe(1);
    random(1);
    expect(source.fills).toBe(2);
  });

  it('hands out copies: what a caller does to them does not come back', () => {
    const random = pooledRandom((bytes) => counting().fill(bytes));
    const first = random(16);
    const copy = [...first];
    random(16).fill(9);
    expect([...first]).toEqual(copy);
  });

  it('fetches what would empty the pool by itself', () => {
    const source = counting();
    const random = pooledRandom((bytes) => source.fill(bytes));
    random(16);
    expect(random(100_000)).toHaveLength(100_000);
    expect([...random(2)]).toEqual([16, 17]);
  });
});
