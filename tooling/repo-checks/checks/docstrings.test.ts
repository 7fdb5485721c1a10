import { describe, expect, it } from 'vitest';
import { type Files, fixture } from '../test/fixture.ts';
import { docstrings } from './docstrings.ts';

const exports = {
  '.': { '@ostiary/source': './src/index.ts', default: './dist/index.js' },
  './package.json': './package.json',
};
const manifest = { name: '@ostiary/a', exports };

const problems = async (files: Files, more: object = {}): Promise<readonly string[]> => {
  const workspace = fixture({ 'packages/a/package.json': { ...manifest, ...more }, ...files });
  return (await docstrings.run(workspace)).map(({ path, problem }) => `${path}: ${problem}`);
};

describe('docstrings', () => {
  it('accepts what is explained, however it is exported', async () => {
    const files = {
      'packages/a/src/index.ts': `export { a, b as c, type D } from './one.ts';\nexport * from './two.ts';\n/** e */\nexport const e = 1;`,
      'packages/a/src/one.ts': `/** a */\nexport function a(): void;\nexport function a(x?: 1): void {}\n/** b */\nexport class b {}\n/** D */\nexport type D = 1;`,
      'packages/a/src/two.ts': `/** f */\nexport interface F {}\nconst hidden = 1;`,
    };
    expect(await problems(files)).toEqual([]);
  });

  it.each([
    'export const x = 1;',
    'export function x() {}',
    'export class x {}',
    'export interface x {}',
    'export type x = 1;',
  ])('finds %s without one, where it is declared', async (declaration) => {
    const files = {
      'packages/a/src/index.ts': `export { x } from './one.ts';`,
      'packages/a/src/one.ts': `// no docstring\n${declaration}`,
    };
    expect(await problems(files)).toEqual([
      'packages/a/src/one.ts:2: x is exported by the package and has no docstring.',
    ]);
  });

  it('leaves alone what no user of the package sees', async () => {
    const inside = {
      'packages/a/src/index.ts': `export { x } from './one.ts';`,
      'packages/a/src/one.ts': `/** x */\nexport const x = 1;\nexport const y = 1;`,
    };
    expect(await problems(inside)).toEqual([]);
    expect(await problems({ 'packages/a/src/index.ts': 'export const x = 1;' }, { private: true })).toEqual([]);
  });
});
