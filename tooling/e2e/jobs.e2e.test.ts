/** A job of a CI system, done as docs/kubernetes.md tells it, from the token of the job to the genuine authenticator. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildKubernetes,
  type CertificateAuthority,
  createAuthority,
  type KubernetesServer,
  openKubectl,
  type Result,
  requireKubectl,
  requireTool,
  runCommand,
  startKubernetes,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Issuer, startIssuer } from './support/issuer.ts';
import { type JobClaims, type JobIssuer, startJobIssuer } from './support/job-issuer.ts';

const lacking = requireTool('go', 'curl', 'jq') ?? (await requireKubectl());
const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs/kubernetes.md'), 'utf8');
const section = /^## A job without a person\n([\s\S]*?)^## /mu.exec(page)?.[1] ?? '';
const [configuration = '', script = '', mapping = ''] = [
  ...section.matchAll(/^```(?:yaml|sh)\n([\s\S]*?)^```$/gmu),
].map(([, text = '']) => text);

const github: JobClaims = {
  sub: 'repo:example/app:ref:refs/heads/main',
  repository: 'example/app',
  repository_owner: 'example',
  repository_owner_id: '1234567',
  ref: 'refs/heads/main',
  actor: 'jane',
};
const gitlab: JobClaims = {
  sub: 'project_path:example/app:ref_type:branch:ref:main',
  project_path: 'example/app',
  namespace_id: '1234567',
  ref: 'main',
  user_login: 'jane',
  user_email: 'jane@example.com',
};

interface World {
  readonly authority: CertificateAuthority;
  readonly issuer: Issuer;
  readonly jobs: JobIssuer;
  readonly cluster: KubernetesServer;
}

/** The parts of the page, with the addresses of here. `change` is what the page says of another CI system. */
async function build(stack: AsyncDisposableStack, claims: JobClaims, change = (text: string) => text): Promise<World> {
  const authority = stack.use(await createAuthority());
  const jobs = stack.use(await startJobIssuer(claims));
  const ours = change(configuration).replace(/issuer: https:\S+/u, `issuer: ${jobs.url}`);
  const issuer = stack.use(await startIssuer({ authority, config: () => ours }));
  const issued = { issuer: { url: issuer.url, audiences: ['prod'], certificateAuthority: authority.ca } };
  const cluster = stack.use(await startKubernetes({ jwt: [{ ...issued, ...parse(mapping) }], tokenCacheSeconds: 0 }));
  await cluster.untilInitialized();
  return { authority, issuer, jobs, cluster };
}

/** The script of the page, or a part of it. */
function run({ authority, issuer, jobs }: World, text: string, env: NodeJS.ProcessEnv = {}): Promise<Result> {
  const here = text.replace('https://login.example.com/dex', issuer.url);
  const trust = { CURL_CA_BUNDLE: authority.caFile };
  return runCommand({ command: 'bash', args: ['-c', here], env: { ...process.env, ...trust, ...jobs.env, ...env } });
}

async function whoAmI({ cluster }: World, token: string): Promise<unknown> {
  await using kubectl = await openKubectl();
  await kubectl.writeKubeconfig(cluster, {});
  const { stdout, stderr } = await kubectl.run(['auth', 'whoami', '--output=json', '--token', token.trim()]);
  expect(stderr).toBe('');
  const { username, groups } = JSON.parse(stdout).status.userInfo;
  return { username, groups };
}

describe.skipIf(lacking !== undefined)('docs/kubernetes.md, for a job', () => {
  const stack = new AsyncDisposableStack();
  let world: World;
  beforeAll(async () => {
    await buildKubernetes();
    world = await build(stack, github);
  }, 600_000);
  afterAll(() => stack.disposeAsync());

  it('brings it into the cluster with the name and the group that it promises', async () => {
    const { stdout, stderr, exitCode } = await run(world, script);
    expect([stderr, exitCode]).toEqual(['', 0]);
    const [, username, group] = /is then `([^`]+)` in the group `([^`]+)`/u.exec(section) ?? [];
    expect(await whoAmI(world, stdout)).toEqual({ username, groups: [group, 'system:authenticated'] });
    await expect.poll(() => world.issuer.server.log()).toMatch(/msg=exchange\.successful .*user=repo:example\/app/);
  });

  it('says in the job what is wrong', async () => {
    const { stdout, stderr, exitCode } = await run(world, script.replace('audience=prod', 'audience=staging'));
    expect(stdout).toBe('');
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("Client can't request audience(s) ['staging'].");
  });

  it('keeps jobs of others out, and the log says why', async () => {
    await using other = new AsyncDisposableStack();
    const elsewhere = await build(other, { ...github, repository_owner_id: '7654321' });
    const { stderr, exitCode } = await run(elsewhere, script);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('The subject_token is no good at this connector');
    await expect.poll(() => elsewhere.issuer.server.log()).toMatch(/msg=exchange\.rejected .*1234567/);
  });

  it('does not show the connector to people', async () => {
    const { stdout } = await run(world, 'curl -sS -o /dev/null -w "%{http_code}" "$URL"', {
      URL: `${world.issuer.url}/auth/github-actions?client_id=ci&response_type=code&scope=openid&redirect_uri=http://127.0.0.1:1/`,
    });
    expect(stdout).toBe('403');
  });

  it('takes what it says of GitLab', async () => {
    await using other = new AsyncDisposableStack();
    const [, project = ''] = /and `(claims: \[project_path[^`]+)`/u.exec(section) ?? [];
    const change = (text: string) =>
      text.replace('repository_owner_id', 'namespace_id').replace('claims: [repository, ref]', project);
    const elsewhere = await build(other, gitlab, change);
    const second = `printf %s "$OSTIARY_TOKEN" | ${script.slice(script.indexOf('curl -sS https'))}`;
    const { stdout, stderr } = await run(elsewhere, second, { OSTIARY_TOKEN: elsewhere.jobs.token('ostiary') });
    expect(stderr).toBe('');
    expect(await whoAmI(elsewhere, stdout)).toMatchObject({ username: `job:${gitlab.sub}` });
  });

  it('takes no service account of another cluster', async () => {
    await using other = new AsyncDisposableStack();
    const elsewhere = await build(other, { ...github, sub: 'system:serviceaccount:ci:deployer' });
    const { stderr } = await run(elsewhere, script);
    expect(stderr).toContain('This account has a reserved name.');
  });
});
