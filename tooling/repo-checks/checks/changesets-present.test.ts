import { describe, expect, it } from 'vitest';
import { type Files, fixture } from '../test/fixture.ts';
import { changesetsPresent } from './changesets-present.ts';

const sound: Files = {
  'packages/a/package.json': { name: '@ostiary/a' },
  'tooling/x/package.json': { name: 'x', private: true },
  '.changeset/config.json': { fixed: [['@ostiary/a']] },
  '.changeset/first.md': '---\n"@ostiary/a": minor\n---\n\nFirst release.\n',
};

const problems = async (changed: Files): Promise<readonly string[]> =>
  (await changesetsPresent.run(fixture({ ...sound, ...changed }))).map(({ path, problem }) => `${path}: ${problem}`);

describe('changesets-present', () => {
  it('accepts a package with a changeset, and a private one without', async () => {
    expect(await problems({})).toEqual([]);
  });

  it('finds a package nobody has written about', async () => {
    expect(await problems({ 'packages/b/package.json': { name: '@ostiary/b' } })).toEqual([
      'packages/b/package.json: no changeset and no CHANGELOG.md tells about @ostiary/b.',
    ]);
  });

  it('accepts a CHANGELOG.md once the changeset has been used up', async () => {
    const released = { 'packages/b/package.json': { name: '@ostiary/b' }, 'packages/b/CHANGELOG.md': '# b' };
    expect(await problems(released)).toEqual([]);
  });

  it.each([
    ['an unknown package', '---\n"@ostiary/c": minor\n---\n\nx\n', '@ostiary/c is no published package.'],
    ['an unknown kind of release', '---\n"@ostiary/a": tiny\n---\n\nx\n', '"tiny" is no kind of release.'],
    ['no text', '---\n"@ostiary/a": minor\n---\n', 'it says nothing.'],
    ['no header', 'First release.\n', 'it has no header.'],
  ])('finds a changeset with %s', async (_what, text, problem) => {
    expect(await problems({ '.changeset/second.md': text })).toEqual([`.changeset/second.md: ${problem}`]);
  });

  it('finds a release group with a name that does not exist', async () => {
    expect(await problems({ '.changeset/config.json': { fixed: [['@ostiary/gone']] } })).toEqual([
      '.changeset/config.json: fixed names @ostiary/gone, which is not published.',
    ]);
  });
});
