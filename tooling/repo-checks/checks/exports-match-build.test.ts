import { describe, expect, it } from 'vitest';
import { type Files, fixture } from '../test/fixture.ts';
import { soundManifest } from '../test/manifest.ts';
import { exportsMatchBuild } from './exports-match-build.ts';

const sound: Files = {
  'packages/a/package.json': soundManifest('@ostiary/a'),
  'packages/a/dist/index.js': '',
  'packages/a/dist/index.d.ts': '',
  'packages/a/dist/chunk-ABCD1234.js': '',
};

const problems = async (files: Files): Promise<readonly string[]> =>
  (await exportsMatchBuild.run(fixture(files))).map(({ problem }) => problem);

describe('exports-match-build', () => {
  it('accepts a build that has all that is declared, and shared parts', async () => {
    expect(await problems(sound)).toEqual([]);
  });

  it('asks for a build when there is none', async () => {
    const unbuilt = { 'packages/a/package.json': soundManifest('@ostiary/a') };
    expect(await problems(unbuilt)).toEqual(['the package has not been built.']);
  });

  it('finds a declared file that was not built', async () => {
    const { 'packages/a/dist/index.d.ts': _gone, ...rest } = sound;
    expect(await problems(rest)).toEqual(['it promises ./dist/index.d.ts, which is not there.']);
  });

  it('finds a built entry that is not declared', async () => {
    expect(await problems({ ...sound, 'packages/a/dist/oidc/index.js': '' })).toEqual([
      './dist/oidc/index.js has been built, but no entry of exports names it.',
    ]);
  });

  it('finds a binary that was not built', async () => {
    const manifest = { ...soundManifest('@ostiary/a'), bin: { a: 'dist/main.js' } };
    expect(await problems({ ...sound, 'packages/a/package.json': manifest })).toEqual([
      'it promises ./dist/main.js, which is not there.',
    ]);
  });
});
