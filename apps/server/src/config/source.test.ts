import { describe, expect, it } from 'vitest';
import { readSource } from './source.ts';

const value = (text: string): unknown => {
  const read = readSource(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.source.value;
};
const problems = (text: string) => {
  const read = readSource(text);
  return read.ok ? [] : read.problems;
};

describe('readSource', () => {
  it('reads words and numbers as YAML 1.1', () => {
    expect(value('a: yes\nb: off\nc: 0600\nd: ~\ne: 1_000')).toEqual({ a: true, b: false, c: 384, d: null, e: 1000 });
  });

  it('keeps what go-yaml 2 keeps as text: dates, and digits around a colon', () => {
    expect(value('a: 2026-11-24\nb: 12:30\nc: 127.0.0.1:5556\nd: :5556')).toEqual({
      a: '2026-11-24',
      b: '12:30',
      c: '127.0.0.1:5556',
      d: ':5556',
    });
  });

  it('merges maps with <<', () => {
    expect(value('base: &b {a: 1, b: 2}\nmore:\n  <<: *b\n  b: 3')).toMatchObject({ more: { a: 1, b: 3 } });
  });

  it('turns keys that are no text into text, as Dex does', () => {
    expect(value('extra:\n  1: one\n  true: yes')).toEqual({ extra: { '1': 'one', true: true } });
  });

  it('reads JSON, indented with tabs too', () => {
    expect(value('{\n\t"issuer": "https://a.example",\n\t"web": {"http": ":80"}\n}')).toEqual({
      issuer: 'https://a.example',
      web: { http: ':80' },
    });
  });

  it('names a key that stands twice, with its line, and not its value', () => {
    const [problem, ...more] = problems('a: 1\nsecret: one\nsecret: two');
    expect(problem).toMatchObject({ line: 3, message: '"secret" is set twice in one map. Keep one of them.' });
    expect(more).toEqual([]);
  });

  it('tells where text stops being YAML', () => {
    expect(problems('a:\n  b: [1, 2\nc: 3')[0]?.line).toBeGreaterThan(1);
    expect(problems('a: 1\n---\nb: 2')[0]?.message).toContain('several YAML documents');
    expect(problems('')[0]?.message).toContain('empty');
    expect(problems('- a')[0]?.message).toContain('map of keys');
  });

  it('does not blow up on aliases that multiply', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((key, index) => {
        const before = 'abcdefgh'[index];
        return `${key}: &${key} [${Array(9).fill(`*${before}`).join(',')}]`;
      }),
    ].join('\n');
    expect(problems(bomb)[0]?.message).toContain('alias');
  });

  it('finds lines by path, in any case, and falls back to the nearest key that is there', () => {
    const read = readSource('Issuer: x\nconnectors:\n- type: oidc\n  id: a\n- TYPE: b\n');
    if (!read.ok) throw new Error('unreadable');
    expect(read.source.lineOf('issuer')).toBe(1);
    expect(read.source.lineOf('connectors[1].type')).toBe(5);
    expect(read.source.lineOf('connectors[0].config.issuer')).toBe(3);
    expect(read.source.lineOf('storage.type')).toBeUndefined();
  });
});
