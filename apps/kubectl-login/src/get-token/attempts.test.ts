import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issuer, now, openStore, type TestStore } from '../../test/support/stored.ts';
import { type LoginAttempts, loginAttempts } from './attempts.ts';

let there: TestStore;
let time: number;
let path: string;
let attempts: LoginAttempts;
beforeEach(() => {
  there = openStore();
  time = now;
  path = there.store.attemptsPath(issuer);
  attempts = loginAttempts({ path, files: there.files, now: () => new Date(time) });
});
afterEach(() => there[Symbol.dispose]());

function isAllowed(afterMs: number): boolean {
  time += afterMs;
  try {
    attempts.assertAllowed('kubectl login');
    return true;
  } catch {
    return false;
  } finally {
    time -= afterMs;
  }
}

describe('a browser that comes up by itself', () => {
  it('may do so the first time', () => expect(isAllowed(0)).toBe(true));

  it('has to pause for a minute after an unfinished login, and twice as long after the next', () => {
    attempts.begin();
    expect([59_999, 60_000].map(isAllowed)).toEqual([false, true]);
    attempts.begin();
    expect([60_000, 119_999, 120_000].map(isAllowed)).toEqual([false, false, true]);
  });

  it('stays away after three, however long it is', () => {
    for (let tab = 0; tab < 3; tab += 1) attempts.begin();
    expect([240_000, 86_400_000].map(isAllowed)).toEqual([false, false]);
    expect(() => attempts.assertAllowed('kubectl login --session=one')).toThrow('an earlier login was not finished');
  });

  it('may again when somebody logged in', () => {
    for (let tab = 0; tab < 3; tab += 1) attempts.begin();
    attempts.reset();
    expect(isAllowed(0)).toBe(true);
  });

  it('is not kept away by a clock that was set back, nor by a damaged record', () => {
    attempts.begin();
    expect(isAllowed(-1)).toBe(true);
    writeFileSync(path, '{');
    expect(isAllowed(0)).toBe(true);
  });
});
