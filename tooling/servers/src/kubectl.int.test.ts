import { symlink } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findKubectl, kubectlPath, openKubectl, requireKubectl } from './kubectl.ts';
import { requireTool, toolPath } from './requirements.ts';
import { mustRun } from './run-command.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A PATH with a kubectl of this version on it, which can say its version only, and without the machine's. */
async function onlyKubectl(folder: TemporaryFolder, minor: number, tools: readonly string[]): Promise<void> {
  await folder.write('kubectl', `#!/bin/sh\necho '{"clientVersion":{"minor":"${minor}"}}'\n`, 0o755);
  for (const tool of tools) await symlink(toolPath(tool), `${folder.path}/${tool}`);
  vi.stubEnv('PATH', folder.path);
}

describe('findKubectl', () => {
  it('takes the newest real program beside a dispatcher', async () => {
    await using folder = await temporaryFolder('tools');
    await folder.write('kubectl', '', 0o755);
    await folder.write('kubectl.1.9', '', 0o755);
    const newest = await folder.write('kubectl.1.33', '', 0o755);
    vi.stubEnv('PATH', folder.path);
    expect(findKubectl()).toBe(newest);
  });

  it('takes the program itself where there is no dispatcher', async () => {
    await using folder = await temporaryFolder('tools');
    await onlyKubectl(folder, 33, []);
    expect(findKubectl()).toBe(`${folder.path}/kubectl`);
    expect(await kubectlPath()).toBe(`${folder.path}/kubectl`);
  });
});

describe.skipIf(requireTool('go', 'sh') !== undefined)('kubectlPath', () => {
  it('builds the genuine kubectl when the installed one is too old', { timeout: 900_000 }, async () => {
    await using folder = await temporaryFolder('tools');
    await onlyKubectl(folder, 20, ['sh']);
    const built = await kubectlPath();
    expect(built).not.toContain(folder.path);
    expect(await mustRun({ command: built, args: ['auth', 'whoami', '--help'] })).toContain('kubectl auth whoami');
  });
});

describe('openKubectl', () => {
  it('sees no kubeconfig of the machine', async () => {
    expect(await requireKubectl()).toBeUndefined();
    await using folder = await temporaryFolder('machine');
    const clusters = [{ name: 'machine', cluster: { server: 'https://127.0.0.1:1' } }];
    const config = JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters });
    vi.stubEnv('KUBECONFIG', await folder.write('kubeconfig', config));
    await using kubectl = await openKubectl();
    const { stdout } = await kubectl.run(['config', 'view', '--output=json']);
    expect(JSON.parse(stdout)).toMatchObject({ clusters: null });
  });
});
