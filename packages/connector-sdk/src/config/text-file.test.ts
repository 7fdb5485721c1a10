import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeText, whyUnreadable } from './text-file.ts';

describe('decodeText', () => {
  it('answers UTF-8 as it is, without a byte order mark', () => {
    expect(decodeText(Buffer.from('päss\r\n'))).toBe('päss\r\n');
    expect(decodeText(Buffer.from('\uFEFFa: 1'))).toBe('a: 1');
    expect(decodeText(new Uint8Array())).toBe('');
  });

  it.each([
    ['Latin-1', Buffer.from('a: 1\nsecret: päss\n', 'latin1'), 2],
    ['a sign that was cut off', Buffer.from('a: 1\n\nü').subarray(0, -1), 3],
    ['UTF-16', Buffer.from('\uFEFFa: 1', 'utf16le'), 1],
  ])('refuses %s, with the line', (_what, bytes, line) => {
    expect(() => decodeText(bytes)).toThrow(`is not UTF-8 (line ${line}). Save it as UTF-8.`);
  });
});

describe('whyUnreadable', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unreadable-'));
    await writeFile(join(folder, 'file'), 'x');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const whyNot = (...path: readonly string[]): Promise<string> =>
    readFile(join(folder, ...path)).then(() => 'can be read', whyUnreadable);

  it('tells what the system found', async () => {
    expect(await whyNot('none')).toBe('does not exist. Check the path.');
    expect(await whyNot('file', 'none')).toBe('does not exist. Check the path.');
    expect(await whyNot('.')).toBe('is a directory. Name a file.');
  });

  it.each([
    ['EACCES', 'cannot be read: permission denied. Let the user that runs Ostiary read it.'],
    ['EIO', 'cannot be read. Check the path and its permissions.'],
  ])('has a sentence for %s', (code, sentence) => {
    expect(whyUnreadable(Object.assign(new Error('no'), { code }))).toBe(sentence);
  });
});
