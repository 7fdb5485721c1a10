import { describe, expect, it } from 'vitest';
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
