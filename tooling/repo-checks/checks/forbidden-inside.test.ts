import { describe, expect, it } from 'vitest';
import { type Files, fixture } from '../test/fixture.ts';
import { type ForbiddenInsideRules, forbiddenInside } from './forbidden-inside.ts';

const rules: ForbiddenInsideRules = {
  closures: [
    { dir: 'packages/primitives', forbidden: ['*'], because: 'it stands alone' },
    { dir: 'packages/connectors/*', forbidden: ['koa'], because: 'it owns no route' },
  ],
  bundles: [{ file: 'apps/login/dist/main.cjs', mayLoad: ['node:fs'], maxBytes: 60, because: 'it must start fast' }],
};

const sound: Files = {
  'packages/primitives/package.json': { name: '@ostiary/primitives' },
  'packages/connectors/a/package.json': { name: '@ostiary/connector-a', dependencies: { ldap: '1' } },
  'packages/connectors/a/node_modules/ldap/package.json': { name: 'ldap', dependencies: { asn: '1' } },
  'packages/connectors/a/node_modules/asn/package.json': { name: 'asn' },
  'packages/connectors/a/dist/index.js': `import 'ldap';\nimport 'node:fs';\nimport './chunk-ABCD1234.js';\n`,
  'apps/login/dist/main.cjs': `require('node:fs');\nrequire('./cli.cjs');\n`,
};

const problems = async (changed: Files): Promise<readonly string[]> =>
  (await forbiddenInside(rules).run(fixture({ ...sound, ...changed }))).map(
    ({ path, problem }) => `${path}: ${problem}`,
  );

describe('forbidden-inside', () => {
  it('accepts packages and bundles that have only what they may have', async () => {
    expect(await problems({})).toEqual([]);
  });

  it('finds a forbidden package behind another one, and shows the way', async () => {
    const asn = { name: 'asn', dependencies: { koa: '3' } };
    expect(await problems({ 'packages/connectors/a/node_modules/asn/package.json': asn })).toEqual([
      'packages/connectors/a/package.json: koa is inside (ldap > asn > koa), but it owns no route.',
    ]);
  });

  it('finds any package at all where none is allowed', async () => {
    const manifest = { name: '@ostiary/primitives', dependencies: { jose: '6' } };
    expect(await problems({ 'packages/primitives/package.json': manifest })).toEqual([
      'packages/primitives/package.json: jose is inside (jose), but it stands alone.',
    ]);
  });

  it('finds a forbidden package that only the built file imports', async () => {
    expect(await problems({ 'packages/connectors/a/dist/index.js': `import 'koa/lib/x.js';` })).toEqual([
      'packages/connectors/a/package.json: koa is inside (imported by dist/index.js), but it owns no route.',
    ]);
  });

  it('finds a forbidden package that was bundled', async () => {
    const map = { sources: ['../../../node_modules/.pnpm/koa@3/node_modules/koa/lib/a.js', '../src/index.ts'] };
    expect(await problems({ 'packages/connectors/a/dist/index.js.map': map })).toEqual([
      'packages/connectors/a/package.json: koa is inside (bundled into dist/index.js), but it owns no route.',
    ]);
  });

  it('finds a module that a bundle may not load', async () => {
    expect(await problems({ 'apps/login/dist/main.cjs': `require('node:http');` })).toEqual([
      'apps/login/dist/main.cjs: it loads node:http, but it must start fast.',
    ]);
  });

  it('finds a bundle that has grown too large, and one that is not there', async () => {
    expect(await problems({ 'apps/login/dist/main.cjs': 'x;'.repeat(31) })).toEqual([
      'apps/login/dist/main.cjs: it has 62 bytes, 60 is the limit, but it must start fast.',
    ]);
    const { 'apps/login/dist/main.cjs': _gone, ...rest } = sound;
    const findings = await forbiddenInside(rules).run(fixture(rest));
    expect(findings.map(({ problem }) => problem)).toEqual(['it has not been built.']);
  });
});
