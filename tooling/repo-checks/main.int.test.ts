import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

function run(...names: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...names], { encoding: 'utf8' });
}

describe('pnpm check', () => {
  it('ends with the count, and fails when a check has failed', () => {
    const { status, stdout } = run('import-directions', 'limits');
    const [, passed, failed] =
      stdout
        .trimEnd()
        .split('\n')
        .at(-1)
        ?.match(/^(\d+) passed, (\d+) failed$/) ?? [];
    expect(Number(passed) + Number(failed)).toBe(2);
    expect(status).toBe(Number(failed) === 0 ? 0 : 1);
  });

  it('names the checks when it is asked for another one', () => {
    const { status, stderr } = run('no-such-check');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^There is no check "no-such-check"\. Known: import-directions, .*pack-and-consume\.$/m);
  });
});
