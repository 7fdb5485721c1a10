import { afterAll, describe, expect, it } from 'vitest';
import { createPacker, removeTemporaryFolders } from '../packing.ts';
import { type Files, fixture } from '../test/fixture.ts';
import { soundManifest } from '../test/manifest.ts';
import { packAndConsume } from './pack-and-consume.ts';

const sound: Files = {
  'package.json': { name: 'root', private: true },
  'packages/a/package.json': soundManifest('@ostiary/a'),
  'packages/a/src/index.ts': 'export const a: number = 1;\n',
  'packages/a/dist/index.js': 'export const a = 1;\n',
  'packages/a/dist/index.d.ts': 'export declare const a: number;\n',
  'packages/b/package.json': { ...soundManifest('@ostiary/b'), dependencies: { '@ostiary/a': 'workspace:^' } },
  'packages/b/dist/index.js': `export { a } from '@ostiary/a';\n`,
  'packages/b/dist/index.d.ts': `export { a } from '@ostiary/a';\n`,
};

const problems = async (changed: Files): Promise<readonly string[]> =>
  (await packAndConsume(createPacker()).run(fixture({ ...sound, ...changed }))).map(({ problem }) => problem);

afterAll(removeTemporaryFolders);

describe('pack-and-consume', () => {
  it('accepts packages that find each other once they are installed', async () => {
    expect(await problems({})).toEqual([]);
  });

  it('finds a dependency that is used and not declared', async () => {
    const found = await problems({
      'packages/b/package.json': soundManifest('@ostiary/b'),
      'packages/b/dist/index.js': `import 'not-declared';\nexport const a = 1;\n`,
    });
    expect(found).toContainEqual(expect.stringMatching(/^Node 2\d\.\S+ cannot load @ostiary\/b .*not-declared/));
  });

  it('finds types that do not resolve for a user', async () => {
    const found = await problems({ 'packages/b/dist/index.d.ts': `export { x } from '@ostiary/a';\n` });
    expect(found).toEqual([
      expect.stringMatching(/^types of the packed packages: .*@ostiary\/b\/dist\/index\.d\.ts: /),
    ]);
  });

  it('finds a program that does not start', async () => {
    const found = await problems({
      'packages/b/package.json': {
        ...soundManifest('@ostiary/b'),
        bin: { b: './dist/main.js' },
        dependencies: { '@ostiary/a': 'workspace:^' },
      },
      'packages/b/dist/main.js': '#!/usr/bin/env node\nthrow new Error("no configuration");\n',
    });
    const fails = (node: string) => expect.stringContaining(`the installed program "b --help" fails with Node ${node}`);
    expect(found).toEqual([fails(process.versions.node), fails('22.18')]);
  });

  it('finds what only a newer Node has', async () => {
    const found = await problems({ 'packages/a/dist/index.js': 'new AsyncDisposableStack();\nexport const a = 1;\n' });
    const cannot = (name: string) =>
      expect.stringMatching(
        new RegExp(`^Node 22\\.18 cannot load @ostiary/${name} .*AsyncDisposableStack is not defined`),
      );
    expect(found).toEqual([cannot('a'), cannot('b')]);
  });
});
