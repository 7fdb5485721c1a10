import { describe, expect, it } from 'vitest';
import { type Files, fixture } from '../test/fixture.ts';
import { links } from './links.ts';

const problems = async (files: Files): Promise<readonly string[]> =>
  (await links.run(fixture(files))).map(({ path, problem }) => `${path}: ${problem}`);

describe('links', () => {
  it('accepts links to files, folders, headings and other sites', async () => {
    const text = `# A b: \`c\`!\n[x](docs/b.md) [y](docs) [z](#a-b-c) ![i](docs/b.md "t") [w](https://a.test)\n[d]: docs/b.md#two\n`;
    expect(await problems({ 'README.md': text, 'docs/b.md': '# One\n## Two\n' })).toEqual([]);
  });

  it('finds a link to a file that is not there', async () => {
    expect(await problems({ 'docs/a.md': 'x\n[b](b.md)\n' })).toEqual(['docs/a.md:2: the link b.md leads nowhere.']);
    expect(await problems({ 'docs/a.md': '[b]: ./b.md\n' })).toHaveLength(1);
  });

  it('finds a link to a heading that is not there', async () => {
    expect(await problems({ 'a.md': '[b](#two)\n# One\n' })).toEqual([
      'a.md:1: the link #two names a heading that is not there.',
    ]);
  });

  it('finds a link that leaves the repository', async () => {
    expect(await problems({ 'a.md': '[b](../b.md)' })).toEqual(['a.md:1: the link ../b.md leaves the repository.']);
  });

  it('does not take code for a link', async () => {
    expect(await problems({ 'a.md': '`[b](b.md)`\n```md\n[b](b.md)\n```\n' })).toEqual([]);
  });

  it('finds a published package that the README does not list', async () => {
    const files = {
      'README.md': '| `@ostiary/a` | x |',
      'packages/a/package.json': { name: '@ostiary/a' },
      'packages/b/package.json': { name: '@ostiary/b' },
      'tooling/c/package.json': { name: '@ostiary/c', private: true },
    };
    expect(await problems(files)).toEqual(['README.md: it does not list `@ostiary/b`.']);
  });
});
