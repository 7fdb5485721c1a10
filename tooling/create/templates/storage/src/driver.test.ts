import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { templateNameConfig } from './config.ts';
import { type Database, openTemplateNameDriver } from './driver.ts';

const now = () => new Date('2031-01-01T00:00:00Z');
const random = randomBytes;

describe('openTemplateNameDriver', () => {
  it('keeps the records of two prefixes in one database apart', async () => {
    const database: Database = new Map();
    await using one = await openTemplateNameDriver({ database, keyPrefix: 'one', now, random });
    await using two = await openTemplateNameDriver({ database, keyPrefix: 'two', now, random });
    await one.put(['code', 'a'], 1, { ifVersion: 'absent' });
    expect(await two.get(['code', 'a'])).toBeUndefined();
    expect(await two.scan({ prefix: [], limit: 10 })).toEqual({ keys: [] });
  });
});

describe('templateNameConfig', () => {
  it('has a prefix of its own, and refuses an empty one and unknown keys', () => {
    expect(templateNameConfig.parse({})).toEqual({ keyPrefix: 'ostiary' });
    expect(templateNameConfig.safeParse({ keyPrefix: '' }).success).toBe(false);
    expect(templateNameConfig.safeParse({ prefix: 'a' }).success).toBe(false);
  });
});
