import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CertificateAuthority, createAuthority } from './certificates.ts';
import { buildKubernetes, goEnvironment, kubernetesSource } from './go-build.ts';
import { openKubectl, requireKubectl } from './kubectl.ts';
import { issuerEntry, type KubernetesServer, startKubernetes } from './kubernetes.ts';
import { requireTool, toolPath } from './requirements.ts';
import { mustRun, type Result } from './run-command.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { startTokenIssuer, type TokenIssuer } from './token-issuer.ts';

const lacking = requireTool('go', 'openssl') ?? (await requireKubectl());

describe.skipIf(lacking !== undefined)('kubernetes', () => {
  const stack = new AsyncDisposableStack();
  let issuer: TokenIssuer;
  let cluster: KubernetesServer;
  let authority: CertificateAuthority;

  beforeAll(async () => {
    await buildKubernetes();
    authority = stack.use(await createAuthority());
    issuer = stack.use(await startTokenIssuer(authority));
    const jwt = [issuerEntry({ url: issuer.url, audiences: ['cluster:test'], ca: authority.ca })];
    cluster = stack.use(await startKubernetes({ jwt, tokenCacheSeconds: 0 }));
    await cluster.untilInitialized();
  }, 900_000);
  afterAll(() => stack.disposeAsync());

  async function whoami(token: string, where: KubernetesServer = cluster): Promise<Result> {
    await using kubectl = await openKubectl();
    await kubectl.writeKubeconfig(where, { token });
    return await kubectl.run(['auth', 'whoami', '--output=json']);
  }

  it('accepts a good token, with its name, groups and jti', async () => {
    const token = await issuer.token({ aud: 'cluster:test', groups: ['dev', 'ops'], jti: 'id-1' });
    const { stdout, stderr, exitCode } = await whoami(token);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'SelfSubjectReview',
      status: {
        userInfo: {
          username: 'jane',
          groups: ['dev', 'ops', 'system:authenticated'],
          extra: { 'authentication.kubernetes.io/credential-id': ['JTI=id-1'] },
        },
      },
    });
  });

  it.each([
    ['for another audience', { aud: 'cluster:other' }, {}],
    ['that has expired', { aud: 'cluster:test' }, { expires: '-1s' }],
    ['signed with EdDSA', { aud: 'cluster:test' }, { alg: 'EdDSA' as const }],
  ])('refuses a token %s', async (_, claims, options) => {
    const { stdout, stderr, exitCode } = await whoami(await issuer.token(claims, options));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('You must be logged in to the server');
  });

  it('runs a credential plugin once for one command', async () => {
    await using kubectl = await openKubectl();
    await using folder = await temporaryFolder('plugin');
    const token = await issuer.token({ aud: 'cluster:test' });
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } };
    const plugin = `#!/bin/sh\necho run >> "${folder.path}/runs"\necho '${JSON.stringify(credential)}'\n`;
    const command = await folder.write('plugin', plugin, 0o700);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' };
    await kubectl.writeKubeconfig(cluster, { exec });
    expect(await kubectl.run(['auth', 'whoami'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await readFile(`${folder.path}/runs`, 'utf8')).toBe('run\n');
  });

  it('accepts a token unseen from its cache, as kube-apiserver does, unless the cache is off', async () => {
    const jwt = [issuerEntry({ url: issuer.url, audiences: ['cluster:test'], ca: authority.ca })];
    await using caching = await startKubernetes({ jwt });
    await caching.untilInitialized();
    const token = await issuer.token({ aud: 'cluster:test' }, { expires: '2s' });
    expect((await whoami(token, caching)).exitCode).toBe(0);
    await expect.poll(async () => (await whoami(token)).exitCode, { timeout: 8_000, interval: 250 }).toBe(1);
    expect((await whoami(token, caching)).exitCode).toBe(0);
  });

  it('says why it refused a token, in its log', async () => {
    await whoami(await issuer.token({ aud: 'cluster:wrong-one' }));
    expect(cluster.log()).toContain('cluster:wrong-one');
  });

  it('takes over a changed configuration, and keeps the old one when the change is not valid', async () => {
    const token = await issuer.token({ aud: 'cluster:second' });
    expect((await whoami(token)).exitCode).toBe(1);
    await cluster.configure([issuerEntry({ url: 'http://127.0.0.1', audiences: ['cluster:second'] })]);
    await expect.poll(() => cluster.log(), { timeout: 20_000 }).toContain('URL scheme must be https');
    expect((await whoami(await issuer.token({ aud: 'cluster:test' }))).exitCode).toBe(0);
    await cluster.configure([issuerEntry({ url: issuer.url, audiences: ['cluster:second'], ca: authority.ca })]);
    await expect.poll(() => cluster.log(), { timeout: 20_000 }).toContain('reloaded');
    expect((await whoami(token)).exitCode).toBe(0);
    expect((await whoami(await issuer.token({ aud: 'cluster:test' }))).exitCode).toBe(1);
  });

  it('does not start with a configuration that is not valid, and says why in one line', async () => {
    const jwt = [issuerEntry({ url: issuer.url, audiences: [] })];
    await expect(startKubernetes({ jwt })).rejects.toThrow(
      /kubernetes ended early \(code 1\)\nkubernetes: .*jwt\[0\].*audiences/,
    );
  });

  it('passes its own tests', { timeout: 900_000 }, async () => {
    const env = { ...process.env, ...goEnvironment };
    const run = { command: toolPath('go'), cwd: kubernetesSource, env, timeoutMs: 900_000 };
    await mustRun({ ...run, args: ['vet', '.'] });
    expect(await mustRun({ ...run, args: ['test', '.'] })).toMatch(/^ok/);
  });
});
