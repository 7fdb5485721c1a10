import { describe, expect, it } from 'vitest';
import { type Files, fixture } from '../test/fixture.ts';
import { limitsCheck } from './limits.ts';

const problems = async (files: Files): Promise<readonly string[]> => {
  const findings = await limitsCheck.run(fixture(files));
  return findings.map(({ path, problem }) => `${path}: ${problem}`);
};

const source = (code: string): Files => ({ 'packages/a/src/index.ts': code });
const at = (line: number, problem: string): readonly string[] => [`packages/a/src/index.ts:${line}: ${problem}`];
const functionOf = (lines: number): string => `function f() {\n${'  g();\n'.repeat(lines - 2)}}\n`;

describe('limits', () => {
  it('accepts a function and a file at the limit', async () => {
    expect(await problems(source(functionOf(60) + 'x;\n'.repeat(240)))).toEqual([]);
  });

  it('finds a file that is one line too long', async () => {
    expect(await problems(source('x;\n'.repeat(301)))).toEqual([
      'packages/a/src/index.ts: the file has 301 lines, 300 is the limit.',
    ]);
  });

  it.each([
    ['function', functionOf(61)],
    ['arrow function', `const f = () => {\n${'  g();\n'.repeat(59)}};\n`],
    ['method', `class A { m() {\n${'  g();\n'.repeat(59)}} }\n`],
  ])('finds a %s that is one line too long', async (_kind, code) => {
    expect(await problems(source(code))).toEqual(at(1, 'the function has 61 lines, 60 is the limit.'));
  });

  it('lets a describe block of a test be long, but not a test in it', async () => {
    const block = (name: string): string => `${name}('x', () => {\n${'  g();\n'.repeat(80)}});\n`;
    expect(await problems({ 'packages/a/src/a.test.ts': block('describe') })).toEqual([]);
    expect(await problems({ 'packages/a/src/a.test.ts': block('it') })).toHaveLength(1);
  });

  it('finds a fourth parameter, unless it is a callback', async () => {
    const code = 'function f(a: 1, b: 2, c: 3, d: 4) {}';
    expect(await problems(source(code))).toEqual(at(1, 'the function has 4 parameters, 3 is the limit.'));
    expect(await problems(source('text.replace(a, (b, c, d, e) => e);'))).toEqual([]);
  });

  it('finds the type any, and not the word', async () => {
    expect(await problems(source(`const any = 'any'; // any`))).toEqual([]);
    expect(await problems(source('let a: Record<string, any>;'))).toEqual(at(1, 'uses the type any.'));
  });

  it.each([
    '// @ts-ignore',
    '// @ts-expect-error',
    '/* @ts-expect-error */',
    '// biome-ignore lint/suspicious/noConsole:',
    '// biome-ignore lint/suspicious/noConsole: <explanation>',
    '// oxlint-disable-next-line typescript/no-floating-promises',
    '// eslint-disable-line no-console',
    '/* v8 ignore next */',
  ])('finds a suppression without a reason: %s', async (comment) => {
    expect(await problems(source(`${comment}\nx;`))).toEqual(at(1, 'a suppression without a reason.'));
  });

  it.each([
    '// @ts-expect-error the library types this as never',
    '// biome-ignore lint/suspicious/noConsole: a program prints its result',
    '// oxlint-disable-next-line typescript/no-floating-promises -- the server outlives the call',
    '/* v8 ignore next -- only reached on Windows */',
  ])('accepts a suppression with a reason: %s', async (comment) => {
    expect(await problems(source(`${comment}\nx;`))).toEqual([]);
  });

  it('does not take a suppression inside a string for one', async () => {
    expect(await problems(source(`const a = '// @ts-ignore';\nconst b = \`// TO\${'DO'}\`;`))).toEqual([]);
  });

  it('finds a left-over note in code and in prose', async () => {
    const note = ['TO', 'DO: later'].join('');
    expect(await problems(source(`// ${note}`))).toEqual(at(1, 'a left-over note.'));
    expect(await problems({ 'docs/a.md': `# A\n${note}\n` })).toEqual(['docs/a.md:2: a left-over note.']);
  });

  it.each(['it', 'test', 'describe'])('finds %s.only', async (name) => {
    expect(await problems({ 'packages/a/src/a.test.ts': `${name}.only('x', f);` })).toEqual([
      'packages/a/src/a.test.ts:1: runs only this test.',
    ]);
  });

  it('finds a skipped test unless a comment says why', async () => {
    expect(await problems({ 'packages/a/src/a.test.ts': `it.skip('x', f);` })).toEqual([
      'packages/a/src/a.test.ts:1: a test is marked .skip without a reason.',
    ]);
    expect(
      await problems({ 'packages/a/src/a.test.ts': `// not on Windows: no fork\nit.skip.each([])('x', f);` }),
    ).toEqual([]);
  });
});
