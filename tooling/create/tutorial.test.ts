import { describe, expect, it } from 'vitest';
import { follow, type Hands, stepsOf } from './tutorial.ts';

const fence = '```';
const block = (info: string, code: string) => `${fence}${info}\n${code}\n${fence}\n`;

/** A machine whose commands write their own name, and `cat` a file. */
function machine(files: Record<string, string> = {}): Hands & { readonly files: Record<string, string> } {
  const read = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error(`no file ${path}`);
    return text;
  };
  return {
    files,
    read,
    write(path, text) {
      files[path] = text;
    },
    run(command) {
      if (command === 'false') throw new Error('it failed');
      return command.startsWith('cat ') ? read(command.slice(4)) : `${command}\n`;
    },
  };
}

const page = [
  '# A page',
  block('mermaid', 'flowchart LR'),
  block('ts src/a.ts', 'const a = 1;'),
  block('diff src/a.ts', '-const a = 1;\n+const a = 2;'),
  block('sh', 'cat src/a.ts\nhello'),
  block('text', 'const a = 2;\nhello'),
].join('\n');

describe('a tutorial', () => {
  it('is followed: files, changes, commands, and what they write', () => {
    const hands = machine();
    follow(stepsOf(page), hands);
    expect(hands.files).toEqual({ 'src/a.ts': 'const a = 2;\n' });
  });

  it.each([
    [
      'code that is not what the output says',
      page.replace('+const a = 2;', '+const a = 3;'),
      'line 21: "const a = 2;"',
    ],
    [
      'a change of lines that are not there',
      page.replace('-const a = 1;', '-const b = 1;'),
      'line 11: src/a.ts has the lines to change 0 times',
    ],
    [
      'a change of lines that are there twice',
      page.replace('const a = 1;\n```', 'const a = 1;\nconst a = 1;\n```'),
      'has the lines to change 2 times',
    ],
    ['a command that fails', page.replace('\nhello\n', '\nfalse\n'), 'line 16: it failed'],
    [
      'a change of a file that is not there',
      page.replace('diff src/a.ts', 'diff src/b.ts'),
      'line 11: no file src/b.ts',
    ],
  ])('with %s is found out, with its line', (_what, broken, message) => {
    expect(broken).not.toBe(page);
    expect(() => follow(stepsOf(broken), machine())).toThrow(message);
  });

  it('keeps the lines around a change', () => {
    const hands = machine({ 'a/b': 'one\n  two\nthree\n' });
    follow(stepsOf(block('diff a/b', ' one\n+new\n   two')), hands);
    expect(hands.files).toEqual({ 'a/b': 'one\nnew\n  two\nthree\n' });
  });
});
