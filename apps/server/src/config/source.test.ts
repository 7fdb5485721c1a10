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
    expect(value('a: &a {x: 1}\nb: &b {y: 2}\nc: {<<: [*a, *b]}\nd: {"<<": z}')).toMatchObject({
      c: { x: 1, y: 2 },
      d: { '<<': 'z' },
    });
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

  it('names every key that stands twice, however deep, beside what else is wrong', () => {
    const text = 'a: {b: 1, b: 2}\nc:\n- d: 1\n  "d": 2\ne: &x {f: 1}\ng: {<<: *x, <<: *x}\nh: @z';
    expect(problems(text).map(({ line, message }) => `${line} ${message}`)).toEqual([
      '1 "b" is set twice in one map. Keep one of them.',
      '4 "d" is set twice in one map. Keep one of them.',
      '6 "<<" is set twice in one map. Keep one of them.',
      expect.stringMatching(/^7 A value cannot begin with this sign/u),
    ]);
  });

  it('reads a large map as fast as its size, and finds lines in it so', () => {
    // Each key compared with each takes longer than a test may.
    const keys = Array.from({ length: 8000 }, (_, index) => `key${index}`);
    const read = readSource(keys.map((key) => `${key}: v`).join('\n'));
    if (!read.ok) throw new Error('unreadable');
    expect(keys.filter((key, index) => read.source.lineOf(key) !== index + 1)).toEqual([]);
  });

  it('tells where text stops being YAML', () => {
    expect(problems('a:\n  b: [1, 2\nc: 3')[0]?.line).toBeGreaterThan(1);
    expect(problems('a: 1\n---\nb: 2')[0]?.message).toContain('several YAML documents');
    expect(problems('')[0]?.message).toContain('empty');
    expect(problems('- a')[0]?.message).toContain('map of keys');
  });

  it.each([
    ['an alias of nothing', 'a: 1\nsecret: *hunter2', 'An alias (*) has no anchor'],
    ['an alias before its anchor', 'a: 1\nsecret: *hunter2\nb: &hunter2 x', 'An alias (*) has no anchor'],
    ['an alias without a name', 'a: 1\nsecret: *', 'The signs * and & make aliases and anchors'],
    ['an alias within itself', 'a: 1\nsecret: &hunter2 [*hunter2]', 'stands within its own anchor'],
    ['a merge of a text', 'a: 1\n<<: hunter2', 'What << merges is no map.'],
    ['a merge of a list of texts', 'a: &hunter2 x\n<<: [*hunter2]', 'What << merges is no map.'],
    ['a merge of nothing', 'a: 1\n<<: *hunter2', 'An alias (*) has no anchor'],
    ['a tag', 'a: 1\nsecret: !hunter2 x', 'The sign ! makes a tag here'],
    ['a verbatim tag', 'a: 1\nsecret: !<hunter2> x', 'The sign ! makes a tag here'],
    ['a tag with a handle', 'a: 1\nsecret: !e!hunter2 x', 'The sign ! makes a tag here'],
    ['a tag that does not fit', 'a: 1\nsecret: !!int hunter2', 'The sign ! makes a tag here'],
    ['a directive', '# a\n%hunter2\n---\na: 1', 'The sign % makes a directive here'],
    ['a block', 'a: 1\nsecret: |hunter2\n  x', 'Something stands here that does not belong here.'],
    ['a sign that begins nothing', 'a: 1\nsecret: @hunter2', 'A value cannot begin with this sign.'],
    ['a list as a key', 'a: 1\n[hunter2]: x', 'A list or a map ([ or {) stands where a key belongs.'],
    ['a map as the key of a map', 'a: 1\n{{hunter2: b}: c}: d', 'A list or a map ([ or {) stands where a key belongs.'],
    ['a place in a template', 'a: 1\nsecret: {{ .Env.hunter2 }}', '{{ and }} make a template'],
    ['a template in quotes', 'a: 1\nsecret: "{{ .Env.hunter2 }}"', '{{ and }} make a template'],
    ['a condition of a template', 'a: 1\n{{- if hunter2 }}\nb: {{ c }}\n{{- end }}', '{{ and }} make a template'],
    ['an escape', 'a: 1\nsecret: "\\hunter2"', 'A backslash in double quotes'],
    ['a missing quote', 'a: 1\nsecret: "hunter2', 'This is not YAML: Missing closing'],
  ])('tells what was taken for something else, with its line, and does not repeat it: %s', (_what, text, message) => {
    const [problem, ...more] = problems(text);
    expect(problem).toEqual({ path: '', line: 2, message: expect.stringContaining(message) });
    expect(problem?.message).not.toContain('hunter2');
    expect(more).toEqual([]);
  });

  it.each(['# {{ .Env.X }}\na: 1', 'a: 1 # {{ .Env.X }}', 'a: "{{"', '{"a":{"b":{}}}'])(
    'sees no template in %j',
    (text) => {
      expect(readSource(text).ok).toBe(true);
    },
  );

  it('does not blow up on aliases that multiply', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((key, index) => {
        const before = 'abcdefgh'[index];
        return `${key}: &${key} [${Array(9).fill(`*${before}`).join(',')}]`;
      }),
    ].join('\n');
    expect(problems(bomb)).toEqual([{ path: '', message: 'Its aliases (*name) grow too large. Write them out.' }]);
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
