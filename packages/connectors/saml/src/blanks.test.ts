import { describe, expect, it } from 'vitest';
import { isBase64, trimBlanks } from './blanks.ts';

const many = ' '.repeat(1_000_000);

describe('base64', () => {
  it.each(['QQ==', ' Q\tQ\r\n=\n= ', 'QUE=', 'QUFB'])('is %j, blanks wherever they stand', (text) => {
    expect(isBase64(text)).toBe(true);
  });

  it.each(['', ' ', '=', 'QQ===', 'Q=Q', 'QQ-_', 'QQ\u00A0=='])('is not %j', (text) => {
    expect(isBase64(text)).toBe(false);
  });

  it('is told from a million blanks with something else behind, without going back', () => {
    expect(isBase64(`A${many}!`)).toBe(false);
    expect(isBase64(`A${many}=${many}=${many}`)).toBe(true);
    expect(isBase64(`A${many}=${many}!`)).toBe(false);
  });
});

describe('blanks at the ends', () => {
  it('are those of XML', () => {
    expect(trimBlanks('\r\n\t a b \n')).toBe('a b');
    expect(trimBlanks(' \n')).toBe('');
    expect(trimBlanks('\u00A0a\uFEFF')).toBe('\u00A0a\uFEFF');
  });

  it('are told from a million blanks inside, without going back', () => {
    expect(trimBlanks(` a${many}b `)).toBe(`a${many}b`);
  });
});
