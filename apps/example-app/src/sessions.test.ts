import { describe, expect, it } from 'vitest';
import { createSessions } from './sessions.ts';

describe('sessions', () => {
  it('end after their time', () => {
    let now = 0;
    const sessions = createSessions({ most: 10, lifeMs: 100, now: () => now });
    const id = sessions.create({});
    expect(sessions.get(id)).toEqual({});
    now = 100;
    expect(sessions.get(id)).toBeUndefined();
  });

  it('make room for new ones by ending the oldest', () => {
    const sessions = createSessions({ most: 2, lifeMs: 100, now: () => 0 });
    const [first, second, third] = [sessions.create({}), sessions.create({}), sessions.create({})];
    expect(sessions.get(first)).toBeUndefined();
    expect(sessions.get(second)).toBeDefined();
    expect(sessions.get(third)).toBeDefined();
  });
});
