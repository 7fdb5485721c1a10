import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterOfPod } from './pod.ts';

const variables: Readonly<Record<string, string>> = {
  KUBERNETES_SERVICE_HOST: '10.96.0.1',
  KUBERNETES_SERVICE_PORT: '6443',
};

describe('the cluster of a pod', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ostiary-pod-'));
    const files = { token: 'first\n', 'ca.crt': 'the ca', namespace: 'auth' };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (set: Readonly<Record<string, string>> = variables, namespace?: string) =>
    clusterOfPod(namespace === undefined ? {} : { namespace }, { env: (name) => set[name] }, folder);

  it('is where the environment says, and trusts the authority of the service account', async () => {
    const cluster = await open();
    expect(cluster.server.href).toBe('https://10.96.0.1:6443/');
    expect(await cluster.tls()).toEqual({ ca: 'the ca' });
    expect((await open({ KUBERNETES_SERVICE_HOST: 'fd00::1' })).server.host).toBe('[fd00::1]');
  });

  it('is asked with the token that the file has then', async () => {
    const cluster = await open();
    expect(await cluster.authorization()).toBe('Bearer first');
    await writeFile(join(folder, 'token'), 'second\n');
    expect(await cluster.authorization()).toBe('Bearer second');
  });

  it('keeps records where the options say, else the environment, else the service account', async () => {
    const set = { ...variables, KUBERNETES_POD_NAMESPACE: 'of-the-environment' };
    expect((await open(set, 'of-the-options')).namespace).toBe('of-the-options');
    expect((await open(set)).namespace).toBe('of-the-environment');
    expect((await open()).namespace).toBe('auth');
  });

  it('has no namespace that would be another path', async () => {
    await expect(open({ ...variables, KUBERNETES_POD_NAMESPACE: '../x' })).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining('Correct KUBERNETES_POD_NAMESPACE.'),
    });
  });

  it('is missing outside of a pod', async () => {
    await expect(open({})).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining('storage.config.inCluster: this is no pod'),
    });
  });

  it('wants a token to be mounted', async () => {
    await rm(join(folder, 'token'));
    await expect(open()).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining('Set automountServiceAccountToken'),
    });
  });
});
