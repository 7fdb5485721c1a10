import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { text } from './blocks.ts';
import { configKeys } from './config-keys.ts';
import { emptyAsAbsent } from './empty-as-absent.ts';
import { readConfig } from './parse-config.ts';

const schema = emptyAsAbsent(
  z.object({
    needed: text(),
    optional: text().exactOptional().describe('May be left out.'),
    standard: text().default('one'),
    early: text().prefault('two'),
    inner: z.object({ optional: text().exactOptional() }).exactOptional(),
  }),
);
const read = (raw: unknown): Promise<unknown> => readConfig(schema, raw, { path: 'config' });

describe('an empty text', () => {
  it('is no value under a key that may be left out', async () => {
    const raw = { needed: 'a', optional: '', STANDARD: '', early: '' };
    expect(await read(raw)).toEqual({ needed: 'a', standard: 'one', early: 'two' });
  });

  it.each([
    [{ needed: '' }, 'config.needed: is empty'],
    [{ needed: 'a', inner: { optional: '' } }, 'config.inner.optional: is empty'],
    [{ needed: 'a', optionel: '' }, 'config.optionel: is not a known key'],
    [[], 'must be a map of keys'],
  ])('is refused elsewhere: %j', async (raw, problem) => {
    await expect(read(raw)).rejects.toThrow(problem);
  });

  it('changes nothing of what keys there are', () => {
    expect(configKeys(schema).map(({ path, required }) => [path, required])).toEqual([
      ['needed', true],
      ['optional', false],
      ['standard', false],
      ['early', false],
      ['inner', false],
      ['inner.optional', false],
    ]);
  });
});
