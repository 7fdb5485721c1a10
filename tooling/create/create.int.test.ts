/** A package fresh from the template passes everything that the packages of this workspace have to pass. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyWorkspace } from './workspace-copy.ts';

const copy = copyWorkspace();
const { root, env, run } = copy;

beforeAll(() => {
  run(process.execPath, 'tooling/create/main.ts', 'connector', 'probe-one');
  run(process.execPath, 'tooling/create/main.ts', 'storage', 'probe-two');
}, 300_000);

afterAll(() => copy[Symbol.dispose]());

describe.each([
  ['connector', 'packages/connectors/probe-one'],
  ['storage', 'packages/storage/probe-two'],
])('a new %s', (_kind, dir) => {
  it('has the right types', () => {
    run('pnpm', 'exec', 'tsc', '-p', `${dir}/tsconfig.json`);
  });

  it('passes its tests', () => {
    expect(run('pnpm', 'exec', 'vitest', 'run', '--project', 'unit', dir)).toMatch(/^[1-9]\d* passed, 0 failed/m);
  });

  it('is clean for the linters', () => {
    run('pnpm', 'exec', 'biome', 'check', '--error-on-warnings', dir);
    run('pnpm', 'exec', 'oxlint', '--type-aware', dir);
  });

  it('builds', () => {
    run('pnpm', '-C', dir, 'run', 'build');
    expect(existsSync(join(root, dir, 'dist/index.d.ts'))).toBe(true);
  });
});

describe('the documents about connectors', () => {
  it('take the new connector in', () => {
    const tests = run('pnpm', 'exec', 'vitest', 'run', '--project', 'unit', 'tooling/connector-docs');
    expect(tests).toMatch(/^[1-9]\d* passed, 0 failed/m);
  });
});

describe('a step that fails', () => {
  it('leaves nothing of the package', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const args = ['tooling/create/main.ts', 'storage', 'probe-three'];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, env: { PATH: '' }, encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('Nothing was kept') });
    const left = ['packages/storage/probe-three', '.changeset/storage-probe-three.md'];
    expect(left.filter((path) => existsSync(join(root, path)))).toEqual([]);
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toBe(readme);
  });
});

describe('the repo checks', () => {
  it('find nothing to say about the new packages', () => {
    const checks = [
      'import-directions',
      'package-shape',
      'limits',
      'changesets-present',
      'docs-examples',
      'docstrings',
      'links',
    ];
    const args = ['tooling/repo-checks/main.ts', ...checks];
    const { stdout } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
    expect(stdout).toMatch(/^\d passed, \d failed$/m);
    expect(stdout.split('\n').filter((line) => line.includes('probe'))).toEqual([]);
  });
});
