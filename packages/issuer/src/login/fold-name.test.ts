import { describe, expect, it } from 'vitest';
import { foldName } from './fold-name.ts';

describe('foldName', () => {
  it.each([
    ['blanks around it', 'jane', ['jane ', ' jane', 'jane   ', '\tjane\n', '\u00a0jane\u3000', 'jane\u2028']],
    ['blanks within it', 'jane doe', ['jane  doe', 'jane\u00a0doe', 'jane\t doe', 'jane\u2003doe']],
    ['case and width', 'jane', ['JANE', 'Jane', 'ｊａｎｅ', 'ᴶane', '𝗃𝖺𝗇𝖾']],
    ['what RFC 4518 maps to nothing', 'jane', ['ja\u00adne', 'jane\u200b', '\ufeffjane', 'ja\u034fne', 'jane\ufe0f']],
    ['controls', 'jane', ['jane\u0000', 'ja\u007fne', 'jane\u0085', 'jane\u202e', 'jane\u{e0041}']],
    ['hyphens and dots', 'mary-ann', ['mary\u2010ann', 'mary.ann', 'maryann', 'mary\u2212ann']],
    ['diacritics', 'jane', ['jäne', 'ja\u0301ne', 'jȧñé', 'jan\u{1df6}e']],
    ['letters with a stroke', 'oladth', ['øladth', 'oładth', 'OLAĐTH', 'olaðth', 'oladþ']],
    ['ligatures', 'aessff', ['æssff', 'AEßff', 'aeẞﬀ']],
    ['dots on i', 'ivy', ['İvy', 'ıvy', 'IVY']],
    ['the sigma at the end', 'νικος', ['ΝΙΚΟΣ', 'νικοσ', 'Νίκος']],
    ['kana', 'がっこう', ['ガッコウ', 'ｶﾞｯｺｳ', 'かつこう']],
    ['digits', 'jane12', ['jane１２', 'jane١٢', 'jane①②', 'jane१२']],
    ['signs that an older directory does not know', 'jane', ['jane\u{1fae8}', 'jane\u{16e40}', 'jane\u{e000}']],
  ])('makes one of names that differ in %s', (_what, name, others) => {
    expect(new Set(others.map(foldName))).toEqual(new Set([foldName(name)]));
  });

  it('keeps people apart, in every script', () => {
    const names = ['jane', 'john', 'jane1', 'jane2', '12345', '12346', 'иванов', 'петров', '张伟', '張偉', 'さくら'];
    expect(new Set(names.map(foldName)).size).toBe(names.length);
    expect(names.map(foldName)).not.toContain('');
  });

  it.each([
    ['an address', (name: string) => `${name}@corp.example`],
    ['an address in wide letters', (name: string) => `${name}＠ｃｏｒｐ.example`],
    ['a domain of Windows', (name: string) => `CORP\\${name}`],
  ])('keeps people of one domain apart in every script: %s', (_what, written) => {
    const names = ['иванов', 'петров', '张伟', '張偉', 'νικος', 'jane'];
    expect(new Set(names.map((name) => foldName(written(name)))).size).toBe(names.length);
    expect(foldName(written('jane'))).toBe(foldName(written('JÄNE ')));
  });
});
