import { fakeClock } from '@ostiary/connector-sdk/testing';
import { createMemoryDriver } from '@ostiary/storage-memory';
import { describe, expect, it } from 'vitest';
import { firstUseIn } from './used-once.ts';

function opened() {
  const { now, advance } = fakeClock();
  return { advance, storage: createMemoryDriver({ now }), inAnHour: new Date(now().getTime() + 3_600_000) };
}

describe('firstUseIn', () => {
  it('says yes to one of fifty that come at once, and no to the rest', async () => {
    const { storage, inAnHour } = opened();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => firstUseIn(storage, 'saml')('_assertion', inAnHour)),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  it('keeps ids apart, and each until its time is over', async () => {
    const { storage, inAnHour, advance } = opened();
    const firstUse = firstUseIn(storage, 'saml');
    expect(await firstUse('_1', inAnHour)).toBe(true);
    expect(await firstUse('_2', inAnHour)).toBe(true);
    advance(3599);
    expect(await firstUse('_1', inAnHour)).toBe(false);
    advance(1);
    expect((await storage.scan({ prefix: [], limit: 9 })).keys).toEqual([]);
  });

  it('keeps the ids of connectors apart', async () => {
    const { storage, inAnHour } = opened();
    expect(await firstUseIn(storage, 'a')('_1', inAnHour)).toBe(true);
    expect(await firstUseIn(storage, 'b')('_1', inAnHour)).toBe(true);
    expect(await firstUseIn(storage, 'a')('_1', inAnHour)).toBe(false);
  });

  it('takes an id of any length', async () => {
    const { storage, inAnHour } = opened();
    expect(await firstUseIn(storage, 'a')('x'.repeat(10_000), inAnHour)).toBe(true);
  });
});
