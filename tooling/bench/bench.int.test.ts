import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireTool, runCommand, temporaryFolder } from '@ostiary/tooling-servers';
import { describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');
const lacking = requireTool('redis-server');

async function bench(...args: readonly string[]) {
  return runCommand({ command: process.execPath, args: [main, ...args], timeoutMs: 110_000 });
}

describe.skipIf(lacking !== undefined)('pnpm bench', () => {
  it('measures every suite, and writes tables and a picture', { timeout: 120_000 }, async () => {
    await using out = await temporaryFolder('bench-out');
    const { exitCode, stdout, stderr } = await bench('--quick', '--out', out.path);
    expect(stderr).not.toContain('Error');
    expect(exitCode).toBe(0);
    const page = await readFile(join(out.path, 'README.md'), 'utf8');
    expect(stdout).toContain(page);
    for (const row of [
      'discovery, Ostiary',
      'JWKS, Koa + router',
      'Ostiary, ES256, Redis',
      'Ostiary',
      'get-token',
      'idle',
    ]) {
      expect(page).toMatch(new RegExp(`^\\| ${row.replace('+', '\\+')} \\| [\\d.,]+ \\|`, 'm'));
    }
    expect(page).toContain('| rows left by 200 anonymous visits | 0 | 0 | 0 |');
    expect(await readFile(join(out.path, 'ratios.svg'), 'utf8')).toMatch(/^<svg /);
  });
});

describe('pnpm bench with a suite that does not exist', () => {
  it('says which there are', async () => {
    const { exitCode, stderr } = await bench('--only', 'everything');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('There are documents, refresh, code-flow, get-token, footprint.');
  });
});
