/** The built programs with the oldest Node that they say they need. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { skipBecause } from '@ostiary/tooling-servers';
import { describe, expect, it } from 'vitest';
import server from '../package.json' with { type: 'json' };
import { logIn, refresh, startBuiltServer } from './built-server.ts';

/** Where it is: CI has one beside that of the tests. */
const node = process.env.OSTIARY_OLDEST_NODE ?? '';
const lacking = node === '' ? skipBecause('OSTIARY_OLDEST_NODE does not say where the oldest Node is') : undefined;

describe.skipIf(lacking !== undefined)('the oldest Node', () => {
  it('is the one that package.json names', () => {
    const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    expect(`>=${stdout.trim().slice(1)}`).toBe(`${server.engines.node}.0`);
  });

  it('runs the server, from the first login to an end in order', async () => {
    await using built = await startBuiltServer({ node, more: 'sessions: {}\ngrpc: { addr: "127.0.0.1:0" }' });
    const tokens = await logIn(built.url, 'openid offline_access');
    expect((await refresh(built.url, tokens.refresh_token)).status).toBe(200);
    process.kill(built.server.pid, 'SIGHUP');
    await expect.poll(() => built.server.log(), { timeout: 10_000 }).toContain('config.reloaded');
    process.kill(built.server.pid, 'SIGTERM');
    await expect
      .poll(() => built.server.log(), { timeout: 20_000 })
      .toMatch(/listener\.closed.* name=web\.http requests=finished/);
    expect(built.server.log()).not.toMatch(/level=error|is not defined/);
  });

  it('runs the plugin', () => {
    const plugin = join(import.meta.dirname, '../../kubectl-login/dist/main.cjs');
    const { stdout, stderr, status } = spawnSync(node, [plugin, '--help'], { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('get-token');
  });
});
