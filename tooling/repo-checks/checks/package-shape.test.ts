import { describe, expect, it } from 'vitest';
import { type Files, fixture } from '../test/fixture.ts';
import { soundManifest } from '../test/manifest.ts';
import { packageShape } from './package-shape.ts';

const readme = '# a\n\n```ts\nexport {};\n```\n';
const dir = 'packages/connectors/a';

const sound: Files = {
  'tooling/create/templates/connector/package.json': {},
  'tooling/create/templates/connector/src/index.ts': '',
  'tooling/create/templates/connector/src/config.ts': '',
  [`${dir}/package.json`]: soundManifest('@ostiary/connector-a'),
  [`${dir}/README.md`]: readme,
  [`${dir}/tsconfig.json`]: '{}',
  [`${dir}/tsup.config.ts`]: '',
  [`${dir}/src/index.ts`]: '',
  [`${dir}/src/config.ts`]: '',
};

const problems = async (changed: Files): Promise<readonly string[]> => {
  const findings = await packageShape.run(fixture({ ...sound, ...changed }));
  return findings.map(({ path, problem }) => `${path}: ${problem}`);
};

const withManifest = (more: object): Files => ({
  [`${dir}/package.json`]: { ...soundManifest('@ostiary/connector-a'), ...more },
});

const without = (file: string): Files => Object.fromEntries(Object.entries(sound).filter(([path]) => path !== file));

describe('package-shape', () => {
  it('accepts a package of the right shape', async () => {
    expect(await problems({})).toEqual([]);
  });

  it('does not ask private packages for anything', async () => {
    expect(await problems({ 'tooling/x/package.json': { name: 'x', private: true } })).toEqual([]);
  });

  it.each([
    ['license', { license: 'MIT' }, 'license is not as it should be.'],
    ['type', { type: 'commonjs' }, 'type is not as it should be.'],
    ['engines', { engines: { node: '>=18' } }, 'engines is not as it should be.'],
    ['description', { description: '' }, 'description is missing.'],
    ['files', { files: ['src'] }, 'files does not list dist.'],
    ['sideEffects', { sideEffects: undefined }, 'sideEffects is missing.'],
    ['scripts', { scripts: { build: 'tsup' } }, 'the script "typecheck" is missing.'],
    ['exports', { exports: undefined }, 'it offers nothing: no exports and no bin.'],
  ])('finds a wrong %s', async (_field, more, problem) => {
    expect(await problems(withManifest(more))).toEqual([`${dir}/package.json: ${problem}`]);
  });

  it.each([
    [
      'in the wrong order',
      { '@ostiary/source': './src/index.ts', default: './dist/index.js', types: './dist/index.d.ts' },
    ],
    ['without the source', { types: './dist/index.d.ts', default: './dist/index.js' }],
    [
      'that name different files',
      { '@ostiary/source': './src/index.ts', types: './dist/a.d.ts', default: './dist/index.js' },
    ],
  ])('finds export conditions %s', async (_what, entry) => {
    const found = await problems(withManifest({ exports: { '.': entry, './package.json': './package.json' } }));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('exports["."] has not the conditions');
  });

  it('finds a package that hides its package.json', async () => {
    expect(await problems(withManifest({ exports: {} }))).toEqual([
      `${dir}/package.json: exports lacks ./package.json, which tools read.`,
    ]);
  });

  it('finds a README without an example', async () => {
    expect(await problems({ [`${dir}/README.md`]: '# a\n' })).toEqual([`${dir}/README.md: there is no example.`]);
  });

  it('finds a missing configuration file', async () => {
    const findings = await packageShape.run(fixture(without(`${dir}/tsup.config.ts`)));
    expect(findings.map(({ path }) => path)).toEqual([`${dir}/tsup.config.ts`]);
  });

  it('finds a file that the template has and the connector has not', async () => {
    const findings = await packageShape.run(fixture(without(`${dir}/src/config.ts`)));
    expect(findings.map(({ path }) => path)).toEqual([`${dir}/src/config.ts`]);
  });

  it('accepts a test of the template that asks a real server here, and finds one that is not there at all', async () => {
    const template = { 'tooling/create/templates/connector/test/conformance.test.ts': '' };
    expect(await problems({ ...template, [`${dir}/test/conformance.int.test.ts`]: '' })).toEqual([]);
    expect(await problems(template)).toHaveLength(1);
  });

  it('finds that the template itself is gone', async () => {
    const files = Object.fromEntries(Object.entries(sound).filter(([path]) => !path.startsWith('tooling/')));
    const findings = await packageShape.run(fixture(files));
    expect(findings.map(({ path }) => path)).toEqual(['tooling/create/templates/connector']);
  });
});
