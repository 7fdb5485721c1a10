import { readFile } from 'node:fs/promises';
import { requireCustomResources, startCustomResources, temporaryFolder } from '@ostiary/tooling-servers';
import { describe, expect, it } from 'vitest';
import { openKubernetes } from '../src/open.ts';
import { BUILD_MS, configOf, deps } from './support.ts';

describe.skipIf(requireCustomResources() !== undefined)('a pod', () => {
  it('keeps records with what the kubelet puts there, and follows its token', { timeout: BUILD_MS }, async () => {
    await using server = await startCustomResources({ serviceAccounts: ['dex:ostiary'] });
    await using folder = await temporaryFolder('pod');
    await folder.write('token', server.superuser);
    await folder.write('ca.crt', await readFile(server.caFile, 'utf8'));
    await folder.write('namespace', 'dex');
    const variables = new Map([
      ['KUBERNETES_SERVICE_HOST', '127.0.0.1'],
      ['KUBERNETES_SERVICE_PORT', String(server.port)],
    ]);
    const env = (name: string): string | undefined => variables.get(name);
    await using storage = await openKubernetes(await configOf({ inCluster: true }), { ...deps, env }, folder.path);
    await storage.put(['code', 'a'], 1, { ifVersion: 'absent' });
    const records = await server.ask('/apis/ostiary.dev/v1/namespaces/dex/records');
    expect(records.json).toMatchObject({ items: [{ metadata: { annotations: { 'ostiary.dev/key': 'code/a' } } }] });

    await folder.write('token', 'a token that has ended');
    await expect(storage.get(['code', 'a'])).rejects.toMatchObject({
      code: 'storage/unavailable',
      detail: { status: 401 },
    });
    await folder.write('token', server.superuser);
    expect((await storage.get(['code', 'a']))?.value).toBe(1);
  });
});
