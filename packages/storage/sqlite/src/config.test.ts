import { describe, expect, it } from 'vitest';
import { sqliteConfig } from './config.ts';

describe('sqliteConfig', () => {
  it('is what Dex has: a file', () => {
    expect(sqliteConfig.parse({ file: '/var/dex/dex.db' })).toEqual({ file: '/var/dex/dex.db' });
  });

  it.each([
    [{}, 'file'],
    [{ file: '' }, 'is empty. Write the path'],
    [{ file: ':memory:' }, 'storage type memory'],
    [{ file: 'file:x.db?mode=ro' }, 'plain path'],
    [{ file: 'a.db', wal: false }, 'wal'],
  ])('refuses %j', (config, problem) => {
    expect(() => sqliteConfig.parse(config)).toThrow(problem);
  });
});
