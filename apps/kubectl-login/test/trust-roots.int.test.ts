import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificateAuthority, createAuthority, type Result } from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Build, buildPlugin, type Environment, logIn, openWorld } from './support/plugin.ts';
import { startProvider, type TestProvider } from './support/provider.ts';

let build: Build;
let ours: CertificateAuthority;
let other: CertificateAuthority;
let provider: TestProvider;
beforeAll(async () => {
  [build, ours, other] = await Promise.all([buildPlugin(), createAuthority(), createAuthority()]);
  const { certificate, key } = await ours.issue();
  provider = await startProvider({ tls: { cert: certificate, key } });
});
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  await Promise.all([build, ours, other].map((one) => one[Symbol.asyncDispose]()));
});

/** Reads the issuer's discovery document, on a machine whose system trusts nobody unless `env` says otherwise. */
async function ask(env: Environment, args: readonly string[] = []): Promise<Result> {
  await using world = await openWorld(build);
  const nobody = join(world.home, 'certificates');
  mkdirSync(nobody);
  const system = { SSL_CERT_DIR: nobody, SSL_CERT_FILE: join(nobody, 'none.pem') };
  return await world.run([provider.issuer, '--dry-run', ...args], { ...system, ...env });
}

describe('an issuer with a private certificate authority', () => {
  it('is not believed when nobody knows it', async () => {
    const { exitCode, stderr } = await ask({});
    expect(exitCode).toBe(1);
    expect(stderr).toContain('If the issuer has a private CA, pass it: --certificate-authority FILE');
  });

  it.each([
    ['the system', (file: string) => ({ SSL_CERT_FILE: file })],
    ['NODE_EXTRA_CA_CERTS', (file: string) => ({ NODE_EXTRA_CA_CERTS: file })],
  ])('is believed when %s knows it, also beside another that was named', async (_what, env) => {
    expect(await ask(env(ours.caFile))).toMatchObject({ exitCode: 0, stderr: '' });
    const added = ['--certificate-authority', other.caFile];
    expect(await ask(env(ours.caFile), added)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await ask(env(other.caFile), added)).toMatchObject({ exitCode: 1 });
  });

  it('is believed when it was named', async () => {
    const added = ['--certificate-authority', ours.caFile];
    expect(await ask({}, added)).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('a file with a certificate and a private key', () => {
  it('gives the certificate to session and kubeconfig, and keeps the key', async () => {
    await using world = await openWorld(build);
    const file = join(world.home, 'both.pem');
    const { key } = await ours.issue();
    writeFileSync(file, `${key}${ours.ca}`);
    const cluster = ['--context', 'a', '--server', 'https://a.example', '--cluster-ca', file];
    const id = await logIn(world, provider.issuer, [...cluster, '--certificate-authority', file]);
    expect(world.session(id).certificateAuthority).toBe(ours.ca);
    const [entry] = parse(readFileSync(world.kubeconfig, 'utf8')).clusters;
    expect(Buffer.from(entry.cluster['certificate-authority-data'], 'base64').toString()).toBe(ours.ca);
  });
});
