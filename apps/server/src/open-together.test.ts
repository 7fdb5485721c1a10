import { describe, expect, it } from 'vitest';
import { openTogether } from './open-together.ts';

/** Parts that note when they are closed; `broken` fails at it. */
function world() {
  const closed: string[] = [];
  const part = (name: string) => ({
    name,
    async [Symbol.asyncDispose]() {
      closed.push(name);
      if (name.startsWith('broken')) throw new Error(name);
    },
  });
  return { closed, part };
}

describe('parts that are opened together', () => {
  it('are closed together, the last one first, and once', async () => {
    const { closed, part } = world();
    const whole = await openTogether(async (use) => ({ first: use(part('a')).name, second: use(part('b')).name }));
    expect(whole).toMatchObject({ first: 'a', second: 'b' });
    expect(closed).toEqual([]);
    await whole[Symbol.asyncDispose]();
    await whole[Symbol.asyncDispose]();
    expect(closed).toEqual(['b', 'a']);
  });

  it('are closed when one cannot be opened, whose reason is told', async () => {
    const { closed, part } = world();
    const opening = openTogether(async (use) => {
      use(part('a'));
      use(part('broken'));
      throw new Error('no third one');
    });
    await expect(opening).rejects.toThrow('no third one');
    expect(closed).toEqual(['broken', 'a']);
  });

  it('are all closed when one fails at it', async () => {
    const { closed, part } = world();
    const whole = await openTogether(async (use) => {
      for (const name of ['a', 'broken 1', 'b', 'broken 2']) use(part(name));
      return {};
    });
    await expect(whole[Symbol.asyncDispose]()).rejects.toThrow('broken 2');
    expect(closed).toEqual(['broken 2', 'b', 'broken 1', 'a']);
  });
});
