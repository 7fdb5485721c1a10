import { afterAll, describe, expect, it } from 'vitest';
import { createPacker, removeTemporaryFolders } from '../packing.ts';
import { type Files, fixture } from '../test/fixture.ts';
import { soundManifest } from '../test/manifest.ts';
import { publishedFiles } from './published-files.ts';

const sound: Files = {
  'package.json': { name: 'root', private: true },
  'packages/a/package.json': soundManifest('@ostiary/a'),
  'packages/a/src/index.ts': 'export const a: number = 1;\n',
  'packages/a/dist/index.js': 'export const a = 1;\n',
  'packages/a/dist/index.d.ts': 'export declare const a: number;\n',
};

const problems = async (files: Files): Promise<readonly string[]> =>
  (await publishedFiles(createPacker()).run(fixture(files))).map(({ problem }) => problem);

afterAll(removeTemporaryFolders);

describe('published-files', () => {
  it('accepts a package that is packed as it should be', async () => {
    expect(await problems(sound)).toEqual([]);
  });

  it('finds with publint a file that exports name and the tarball lacks', async () => {
    const manifest = { ...soundManifest('@ostiary/a'), files: ['dist/index.d.ts', 'src'] };
    const [first] = await problems({ ...sound, 'packages/a/package.json': manifest });
    expect(first).toMatch(/^publint: .*dist\/index\.js/);
  });

  it('finds with attw a package whose declarations were not packed', async () => {
    const manifest = { ...soundManifest('@ostiary/a'), files: ['dist/index.js', 'src'] };
    expect(await problems({ ...sound, 'packages/a/package.json': manifest })).toContainEqual(
      expect.stringMatching(/^(attw: |it is published without types)/),
    );
  });

  it('finds with attw declarations that import without a file extension', async () => {
    const declaration = `export { a } from './part';\n`;
    const part = { 'packages/a/dist/part.d.ts': 'export declare const a: number;\n' };
    const found = await problems({ ...sound, ...part, 'packages/a/dist/index.d.ts': declaration });
    expect(found).toContainEqual(expect.stringMatching(/^attw: /));
  });
});
