import { describe, expect, it } from 'vitest';
import { type Files, fixture } from '../test/fixture.ts';
import { importDirections } from './import-directions.ts';

const manifest = (name: string, more: object = {}): object => ({
  name: `@ostiary/${name}`,
  exports: { '.': { default: './dist/index.js' } },
  ...more,
});

const shared = { '@ostiary/primitives': 'workspace:^', '@ostiary/connector-sdk': 'workspace:^' };

const sound: Files = {
  'package.json': { name: 'root', devDependencies: { vitest: 'catalog:' } },
  'packages/primitives/package.json': manifest('primitives'),
  'packages/primitives/src/index.ts': 'export const a = 1;',
  'packages/connector-sdk/package.json': manifest('connector-sdk', {
    dependencies: { '@ostiary/primitives': '', jose: '' },
  }),
  'packages/connector-sdk/src/index.ts': `import { a } from '@ostiary/primitives';\nimport * as jose from 'jose';\n`,
  'packages/issuer/package.json': manifest('issuer'),
  'packages/connectors/x/package.json': manifest('connector-x', { peerDependencies: shared, devDependencies: shared }),
  'packages/connectors/x/src/index.ts': `import { a } from '@ostiary/connector-sdk';\nexport * from './config.ts';\n`,
  'packages/connectors/x/src/index.test.ts': `import { it } from 'vitest';\n`,
  'packages/connectors/x/src/config.ts': `import { readFile } from 'node:fs';\n`,
};

const problems = async (changed: Files): Promise<readonly string[]> => {
  const findings = await importDirections.run(fixture({ ...sound, ...changed }));
  return findings.map(({ path, problem }) => `${path}: ${problem}`);
};

describe('import-directions', () => {
  it('accepts a tree that follows the table', async () => {
    expect(await problems({})).toEqual([]);
  });

  it.each([
    ['import', `import { x } from '@ostiary/issuer';`],
    ['export from', `export * from '@ostiary/issuer';`],
    ['type import', `import type { x } from '@ostiary/issuer';`],
    ['import type node', `export type X = import('@ostiary/issuer').X;`],
    ['dynamic import', `const x = await import('@ostiary/issuer');`],
  ])('finds a forbidden sibling behind an %s', async (_form, code) => {
    expect(await problems({ 'packages/connectors/x/src/index.ts': code })).toEqual([
      'packages/connectors/x/src/index.ts:1: imports @ostiary/issuer, which packages/connectors/* may not import.',
    ]);
  });

  it('lets a preset stand on its base, and no connector on another', async () => {
    const ldap = manifest('connector-ldap', { peerDependencies: shared, devDependencies: shared });
    const onLdap = {
      dependencies: { '@ostiary/connector-ldap': '' },
      peerDependencies: shared,
      devDependencies: shared,
    };
    const base = { 'packages/connectors/ldap/package.json': ldap, 'packages/connectors/ldap/src/index.ts': '' };
    const code = `import { x } from '@ostiary/connector-ldap';`;
    const preset = {
      'packages/connectors/active-directory/package.json': manifest('connector-active-directory', onLdap),
      'packages/connectors/active-directory/src/index.ts': code,
    };
    expect(await problems({ ...base, ...preset })).toEqual([]);
    expect(await problems({ ...base, 'packages/connectors/x/src/index.ts': code })).toEqual([
      'packages/connectors/x/src/index.ts:1: imports @ostiary/connector-ldap, which packages/connectors/* may not import.',
    ]);
  });

  it('finds a forbidden dependency in a manifest that no source uses', async () => {
    const broken = manifest('connector-sdk', { dependencies: { '@ostiary/issuer': '' } });
    expect(
      await problems({ 'packages/connector-sdk/package.json': broken, 'packages/connector-sdk/src/index.ts': '' }),
    ).toEqual([
      'packages/connector-sdk/package.json: dependencies names @ostiary/issuer, which packages/connector-sdk may not import.',
    ]);
  });

  it('finds a library that is not in the table', async () => {
    expect(await problems({ 'packages/primitives/src/index.ts': `import 'zod';` })).toEqual([
      'packages/primitives/src/index.ts:1: imports zod, which packages/primitives may not import.',
    ]);
  });

  it('finds a Node module in primitives', async () => {
    const found = await problems({ 'packages/primitives/src/index.ts': `import 'node:fs';` });
    expect(found).toEqual([
      'packages/primitives/src/index.ts:1: imports node:fs, but packages/primitives does no I/O.',
    ]);
  });

  it('finds an import that the manifest does not declare', async () => {
    const found = await problems({ 'packages/connector-sdk/src/index.ts': `import 'zod';` });
    expect(found).toEqual([
      'packages/connector-sdk/src/index.ts:1: imports zod, which its package.json does not declare.',
    ]);
  });

  it('lets only a test, and only its types, come from a library of which there is but @types', async () => {
    const types = { devDependencies: { ...shared, '@types/vendor': 'catalog:' }, peerDependencies: shared };
    const connector = { 'packages/connectors/x/package.json': manifest('connector-x', types) };
    const inTest = (code: string) => problems({ ...connector, 'packages/connectors/x/test/fake.ts': code });
    expect(await inTest(`import type { User } from 'vendor/user.js';`)).toEqual([]);
    const refused = 'fake.ts:1: imports vendor, which packages/connectors/* may not import.';
    expect(await inTest(`import { User } from 'vendor/user.js';`)).toEqual([`packages/connectors/x/test/${refused}`]);
    const code = `import type { User } from 'vendor';`;
    expect(await problems({ ...connector, 'packages/connectors/x/src/fake.ts': code })).toEqual([
      `packages/connectors/x/src/${refused}`,
    ]);
  });

  it('lets only a bundled program keep its libraries in devDependencies', async () => {
    const dev = { devDependencies: { jose: 'catalog:' } };
    const program = {
      'apps/kubectl-login/package.json': manifest('login', dev),
      'apps/kubectl-login/src/cli.ts': `import 'jose';`,
    };
    expect(await problems(program)).toEqual([]);
    expect(await problems({ 'packages/connector-sdk/package.json': manifest('connector-sdk', dev) })).toContain(
      'packages/connector-sdk/src/index.ts:2: imports jose, which its package.json does not declare.',
    );
  });

  it('finds a relative path into a sibling and a path the sibling does not export', async () => {
    const code = `import '../../../primitives/src/index.ts';\nimport '@ostiary/primitives/src/index.ts';`;
    expect(await problems({ 'packages/connectors/x/src/index.ts': code })).toEqual([
      'packages/connectors/x/src/index.ts:1: imports ../../../primitives/src/index.ts, which lies outside its package.',
      'packages/connectors/x/src/index.ts:2: imports @ostiary/primitives/src/index.ts, which @ostiary/primitives does not export.',
    ]);
  });

  it('finds a shared contract that a connector takes as its own dependency', async () => {
    const broken = manifest('connector-x', { dependencies: shared });
    const found = await problems({ 'packages/connectors/x/package.json': broken });
    expect(found).toHaveLength(2);
    expect(found[0]).toContain('@ostiary/primitives is not a peer dependency');
  });

  it('finds tooling among the run-time dependencies of a published package', async () => {
    const found = await problems({
      'tooling/servers/package.json': { name: '@ostiary/tooling-servers', private: true },
      'apps/server/package.json': manifest('server', { dependencies: { '@ostiary/tooling-servers': '' } }),
    });
    expect(found).toEqual([
      'apps/server/package.json: dependencies names the private package @ostiary/tooling-servers.',
    ]);
  });

  it('finds a package that no layer covers', async () => {
    const found = await problems({ 'packages/utils/package.json': manifest('utils') });
    expect(found).toEqual(['packages/utils/package.json: no layer covers this folder.']);
  });
});
