import { describe, expect, it } from 'vitest';
import { refusal, toOstiaryError } from './redis-error.ts';
import { readCursor, writeCursor } from './scan-cursor.ts';

describe('cursors', () => {
  it('come back as they went', () => {
    const place = { node: 2, at: '17', rest: ['a', 'ü'] };
    expect(readCursor(writeCursor(place))).toEqual(place);
  });

  it.each(['', 'x', Buffer.from('{"node":-1}').toString('base64url')])('that are not ours are refused: %j', (text) => {
    expect(() => readCursor(text)).toThrow('cursor');
  });
});

describe('errors', () => {
  it.each([
    ['WRONGTYPE Operation against a key', 'storage/corrupt'],
    ['LOADING Redis is loading', 'storage/unavailable'],
    ['Connection is closed.', 'storage/unavailable'],
    ['Command timed out', 'storage/unavailable'],
  ])('%j is %s', (message, code) => {
    expect(toOstiaryError(new Error(message))).toMatchObject({ code });
  });

  it.each([
    ['NOAUTH Authentication required.', 'password'],
    ['WRONGPASS invalid username-password pair', 'refuses'],
    ['NOPERM this user has no permissions', 'read and write'],
  ])('%j says what to do', (message, words) => {
    expect(refusal(new Error(message))).toContain(words);
  });
});
