/** A package fresh from the template passes everything that the packages of this workspace have to pass. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const home = dirname(dirname(import.meta.dirname));
const root = mkdtempSync(join(tmpdir(), 'ostiary-created-'));
const env = { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter), CI: 'true' };

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error ?? ''}\n${stdout}\n${stderr}`);
  return stdout;
}

beforeAll(() => {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: home });
  for (const file of list.toString().split('\0')) {
    if (file !== '' && existsSync(join(home, file))) cpSync(join(home, file), join(root, file));
  }
  run('git', 'init', '-q');
  run(process.execPath, 'tooling/create/main.ts', 'connector', 'probe-one');
  run(process.execPath, 'tooling/create/main.ts', 'storage', 'probe-two');
}, 300_000);

afterAll(() => rmSync(root, { recursive: true, force: true }));

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
    run('pnpm', 'run', 'docs:connectors');
    const tests = run('pnpm', 'exec', 'vitest', 'run', '--project', 'unit', 'tooling/connector-docs');
    expect(tests).toMatch(/^[1-9]\d* passed, 0 failed/m);
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
    ];
    const args = ['tooling/repo-checks/main.ts', ...checks];
    const { stdout } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
    expect(stdout).toMatch(/^\d passed, \d failed$/m);
    expect(stdout.split('\n').filter((line) => line.includes('probe'))).toEqual([]);
  });
});
