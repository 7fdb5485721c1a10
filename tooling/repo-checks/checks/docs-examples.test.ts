import { describe, expect, it } from 'vitest';
import { type Files, fixture } from '../test/fixture.ts';
import { docsExamples } from './docs-examples.ts';

const exported = { '.': { '@ostiary/source': './src/index.ts', default: './dist/index.js' } };
const files: Files = {
  'package.json': { type: 'module' },
  'packages/a/package.json': { name: '@ostiary/a', type: 'module', exports: exported },
  'packages/a/src/index.ts': 'export const answer: number = 42;\n',
  'packages/b/package.json': { name: '@ostiary/b', type: 'module' },
};

const example = (code: string, info = 'ts'): string => `# Title\n\n\`\`\`${info}\n${code}\n\`\`\`\n`;

const problems = async (path: string, text: string): Promise<readonly string[]> =>
  (await docsExamples.run(fixture({ ...files, [path]: text }))).map((finding) => `${finding.path}: ${finding.problem}`);

describe('docs-examples', () => {
  it.each(['packages/a/README.md', 'packages/b/README.md', 'README.md', 'docs/guide/a.md'])(
    'lets an example in %s import any package of the workspace',
    async (path) => {
      const code = `import { answer } from '@ostiary/a';\nconst twice: number = await Promise.resolve(answer * 2);`;
      expect(await problems(path, example(code))).toEqual([]);
    },
  );

  it('finds an example that uses what is not exported, at its line', async () => {
    const [found, ...rest] = await problems('docs/a.md', example(`\nimport { question } from '@ostiary/a';`));
    expect(found).toMatch(/^docs\/a\.md:5: the example does not compile: .*question/);
    expect(rest).toEqual([]);
  });

  it('finds an example with a wrong type', async () => {
    const code = `import { answer } from '@ostiary/a';\nexport const text: string = answer;`;
    expect(await problems('packages/a/README.md', example(code))).toHaveLength(1);
  });

  it('finds an import of a package that does not exist', async () => {
    expect(await problems('docs/a.md', example(`import '@ostiary/none/x';\nimport { x } from 'none';`))).not.toEqual(
      [],
    );
  });

  it('accepts two examples that use the same names', async () => {
    expect(await problems('docs/a.md', example('const a = 1;') + example('const a = 2;'))).toEqual([]);
  });

  it('leaves an example alone that says why, and only that', async () => {
    expect(await problems('docs/a.md', example('const a: = 1', 'ts no-check a piece of a larger file'))).toEqual([]);
    expect(await problems('docs/a.md', example('const a: = 1', 'ts no-check'))).toEqual([
      'docs/a.md:3: an example is not compiled and does not say why.',
    ]);
  });
});
