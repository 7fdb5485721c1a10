import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, temporaryFolder } from '@ostiary/tooling-servers';
import { describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, 'connectors.ts');

describe('pnpm bench:connectors', () => {
  it('measures every connector that asks over HTTP, with few groups and many', { timeout: 120_000 }, async () => {
    await using out = await temporaryFolder('bench-out');
    const args = ['--conditions=@ostiary/source', main, '--quick', '--out', out.path];
    const { exitCode, stderr } = await runCommand({ command: process.execPath, args, timeoutMs: 110_000 });
    expect(stderr).not.toContain('Error');
    expect(exitCode).toBe(0);
    const page = await readFile(join(out.path, 'connectors.md'), 'utf8');
    for (const connector of ['github', 'gitlab', 'google', 'microsoft', 'oidc', 'saml', 'keystone']) {
      for (const groups of [5, 500])
        expect(page).toMatch(new RegExp(`^\\| \`${connector}\` \\| ${groups} \\| \\d+ in \\d+, `, 'mu'));
    }
  });
});
