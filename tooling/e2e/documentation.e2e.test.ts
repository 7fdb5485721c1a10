/** What docs/kubernetes.md tells operators, done as it stands there, against the genuine authenticator. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildKubernetes,
  type CertificateAuthority,
  type ChromiumBrowser,
  createAuthority,
  type Kubectl,
  type KubernetesServer,
  openKubectl,
  type Result,
  requireKubectl,
  requireTool,
  runCommand,
  startChromium,
  startKubernetes,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Issuer, startIssuer } from './support/issuer.ts';
import { openTerminal, type Terminal } from './support/plugin.ts';

const lacking = requireTool('go', 'chromium') ?? (await requireKubectl());
const main = join(import.meta.dirname, '..', '..', 'apps/server/dist/main.js');
const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs/kubernetes.md'), 'utf8');
const blocks = [...page.matchAll(/^```(?:yaml|sh)\n([\s\S]*?)^```$/gmu)].map(([, text = '']) => text);

/** The example with this in it. */
function example(sign: string): string {
  const found = blocks.find((block) => block.includes(sign));
  if (found === undefined) throw new Error(`docs/kubernetes.md has no example with ${sign}`);
  return found;
}

interface World {
  readonly authority: CertificateAuthority;
  readonly issuer: Issuer;
  readonly cluster: KubernetesServer;
  readonly chromium: ChromiumBrowser;
  readonly kubectl: Kubectl;
}

/** What the command of the page prints for a client, at the private authority of here. */
async function printed(client: string, { issuer, authority }: Pick<World, 'issuer' | 'authority'>): Promise<string> {
  const command = example('ostiary kubernetes authentication-config').trim().split(' ');
  const words = command
    .slice(1)
    .map((word) => ({ 'config.yaml': issuer.server.configFile, kubectl: client })[word] ?? word);
  const args = [main, ...words, '--certificate-authority', authority.caFile];
  const { stdout, stderr, exitCode } = await runCommand({ command: process.execPath, args });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout;
}

describe.skipIf(lacking !== undefined)('docs/kubernetes.md', () => {
  const stack = new AsyncDisposableStack();
  let world: World;

  beforeAll(async () => {
    await buildKubernetes();
    const authority = stack.use(await createAuthority());
    const issuer = stack.use(await startIssuer({ authority, config: () => configuration }));
    const jwt = await printed('kubectl', { issuer, authority });
    const cluster = stack.use(await startKubernetes({ jwt, tokenCacheSeconds: 0 }));
    await cluster.untilInitialized();
    const chromium = stack.use(await startChromium({ trust: [authority.ca] }));
    world = { authority, issuer, cluster, chromium, kubectl: stack.use(await openKubectl()) };
  }, 600_000);
  afterAll(() => stack.disposeAsync());

  it('has a command whose file the API server takes, with the names it promises', async () => {
    await using terminal = await logIn(world, []);
    const { stdout, stderr } = await whoAmI(world, terminal);
    expect(stderr).toBe('');
    const { username, groups } = JSON.parse(stdout).status.userInfo;
    expect({ username, groups }).toEqual({
      username: 'kilgore@kilgore.trout',
      groups: ['oidc:authors', 'system:authenticated'],
    });
  });

  it('says how a cluster takes its own tokens only', async () => {
    await world.cluster.configure(await printed('prod', world));
    await expect.poll(() => world.cluster.log(), { timeout: 30_000 }).toContain('reloaded');

    await using stranger = await logIn(world, []);
    const refused = await whoAmI(world, stranger);
    expect(refused.stderr).toContain('Unauthorized');
    const symptom = /\| `Unauthorized`, and the API server says `([^`]+)`/u.exec(page)?.[1] ?? 'no symptom';
    await expect.poll(() => world.cluster.log()).toContain(symptom);

    const scope = /--scope "([^"]+)"/u.exec(example('audience:server:client_id:prod"'))?.[1] ?? '';
    await using insider = await logIn(world, ['--scope', scope]);
    const { stdout, stderr } = await whoAmI(world, insider);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout).status.userInfo).toMatchObject({ username: 'kilgore@kilgore.trout' });
  });
});

const configuration = [
  'oauth2: { skipApprovalScreen: true }',
  'connectors: [{ type: mockCallback, id: mock, name: Mock }]',
  stringify(parse(example('trustedPeers'))),
].join('\n');

async function logIn({ authority, issuer, cluster, chromium }: World, more: readonly string[]): Promise<Terminal> {
  const terminal = await openTerminal(authority.caFile);
  const names = ['--context', 'prod', '--cluster', 'prod', '--server', cluster.url, '--cluster-ca', cluster.caFile];
  const { address, running } = await terminal.login([issuer.url, ...names, ...more]);
  await (await chromium.open()).goto(address);
  const { code } = await running.exited;
  expect(code, running.log()).toBe(0);
  return terminal;
}

const whoAmI = ({ kubectl }: World, { kubeconfig, env }: Terminal): Promise<Result> =>
  kubectl.run(['--context', 'prod', 'auth', 'whoami', '--output=json'], { kubeconfig, env });
