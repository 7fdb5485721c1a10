import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterOfKubeconfig } from './kubeconfig.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const server = 'https://10.0.0.1:6443/k8s/clusters/c-1';

describe('a kubeconfig file', () => {
  let folder = '';
  let count = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ostiary-kubeconfig-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** The cluster of a file with these entries, in a context that has its name. */
  async function open(
    entries: { readonly user?: object; readonly cluster?: object; readonly context?: object },
    namespace?: string,
  ) {
    const content = {
      'current-context': 'here',
      clusters: [{ name: 'c', cluster: { server, ...entries.cluster } }],
      users: [{ name: 'u', user: { token: 'hush-hush', ...entries.user } }],
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', ...entries.context } }],
    };
    return openText(JSON.stringify(content), namespace);
  }

  async function openText(text: string, namespace?: string) {
    count += 1;
    const kubeConfigFile = join(folder, `${count}.yaml`);
    await writeFile(kubeConfigFile, text);
    return clusterOfKubeconfig({ kubeConfigFile, ...(namespace === undefined ? {} : { namespace }) });
  }

  it('says where the API is, with a path, and who asks', async () => {
    const cluster = await open({});
    expect(cluster.server.href).toBe(server);
    expect(await cluster.authorization()).toBe('Bearer hush-hush');
    expect(await cluster.tls()).toEqual({});
  });

  it('says the namespace, which is default without one', async () => {
    expect((await open({})).namespace).toBe('default');
    expect((await open({ context: { namespace: 'auth' } })).namespace).toBe('auth');
    expect((await open({ context: { namespace: 'auth' } }, 'other')).namespace).toBe('other');
  });

  it('has certificates in it, or names files that are relative to it', async () => {
    await writeFile(join(folder, 'client.key'), 'the key');
    const cluster = {
      'certificate-authority-data': base64('the ca'),
      'tls-server-name': 'kubernetes',
      'insecure-skip-tls-verify': true,
    };
    const user = { 'client-certificate-data': base64('the certificate'), 'client-key': 'client.key' };
    expect(await (await open({ cluster, user })).tls()).toEqual({
      ca: 'the ca',
      cert: 'the certificate',
      key: 'the key',
      servername: 'kubernetes',
      rejectUnauthorized: false,
    });
  });

  it('may name a file with the token, which is read for each request', async () => {
    await writeFile(join(folder, 'token'), 'first\n');
    const cluster = await open({ user: { tokenFile: 'token' } });
    expect(await cluster.authorization()).toBe('Bearer first');
    await writeFile(join(folder, 'token'), 'second\n');
    expect(await cluster.authorization()).toBe('Bearer second');
  });

  it.each([
    ['a program', { user: { exec: { command: 'aws' } } }, 'users[u].user.exec: is not supported in a server.'],
    ['a plug-in', { user: { 'auth-provider': { name: 'gcp' } } }, 'users[u].user.auth-provider: is not supported'],
    ['a password', { user: { username: 'a', password: 'b' } }, 'users[u].user.username: is not supported'],
    ['somebody to act as', { user: { as: 'jane' } }, 'users[u].user.as: is not supported'],
    ['a proxy', { cluster: { 'proxy-url': 'http://p' } }, 'clusters[c].cluster.proxy-url: is not supported'],
    ['no URL', { cluster: { server: 'ftp://x' } }, 'clusters[c].cluster.server: '],
    ['an unknown user', { context: { user: 'nobody' } }, 'users has no nobody. Correct the current context.'],
    ['a path as namespace', { context: { namespace: 'a/../b' } }, 'contexts[here].context.namespace: '],
    ['a missing file', { user: { tokenFile: 'nowhere' } }, 'tokenFile: the file cannot be read'],
  ])('is refused with %s, and nothing of it is quoted', async (_what, entries, words) => {
    const error: unknown = await open(entries).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'config/invalid',
      message: expect.stringContaining('storage.config.kubeConfigFile: '),
    });
    expect(error).toHaveProperty('message', expect.stringContaining(words));
    expect(inspect(error, { depth: 9 })).not.toContain('hush-hush');
  });

  it('is refused when it is no YAML, or none of these', async () => {
    const error: unknown = await openText('token: "hush-hush').catch((thrown: unknown) => thrown);
    expect(error).toHaveProperty('message', 'storage.config.kubeConfigFile: the file is no YAML. Correct it.');
    expect(inspect(error, { depth: 9 })).not.toContain('hush-hush');
    await expect(openText('[]')).rejects.toMatchObject({ code: 'config/invalid' });
    await expect(openText('{}')).rejects.toThrow('current-context');
  });
});
