import { describe, expect, it } from 'vitest';
import { anchorsOf, splitMarkdown } from './markdown.ts';

describe('splitMarkdown', () => {
  it('answers code with the line it begins on, and prose with the lines in place', () => {
    const { blocks, prose } = splitMarkdown('a\n```ts\nx\n```\nb\n~~~\ny\n~~~');
    expect(blocks).toEqual([
      { info: 'ts', code: 'x', line: 3 },
      { info: '', code: 'y', line: 7 },
    ]);
    expect(prose).toEqual(['a', '', '', '', 'b', '', '', '']);
  });

  it('keeps a shorter fence inside a longer one', () => {
    expect(splitMarkdown('````md\n```ts\nx\n```\n````\n').blocks).toEqual([
      { info: 'md', code: '```ts\nx\n```', line: 2 },
    ]);
  });
});

describe('anchorsOf', () => {
  it('makes anchors as GitHub does', () => {
    const text = '# A `b` & [c](d)\n## Same\n## Same\n```\n# not a heading\n```\n<a id="own"></a>\n';
    expect([...anchorsOf(text)]).toEqual(['a-b--c', 'same', 'same-1', 'own']);
  });
});
