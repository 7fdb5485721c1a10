/**
 * A cluster that asks Ostiary about tokens, set up as docs/kubernetes.md tells it: the genuine webhook authenticator of
 * Kubernetes, kubectl, the built plugin and the built server on Redis.
 */
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
  type RedisServer,
  type Result,
  requireKubectl,
  requireTool,
  runCommand,
  startChromium,
  startKubernetes,
  startRedis,
  type TokenWebhook,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from './support/issuer.ts';
import { kubectlOptions, loginByBrowser } from './support/kubectl.ts';
import { openTerminal, type Terminal } from './support/plugin.ts';

const lacking = requireTool('go', 'chromium', 'redis-server') ?? (await requireKubectl());
const main = join(import.meta.dirname, '..', '..', 'apps/server/dist/main.js');
const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs/kubernetes.md'), 'utf8');
const section = /^## Let the cluster ask\n([\s\S]*?)^## /mu.exec(page)?.[1] ?? '';
const [clients = '', kubeconfig = ''] = [...section.matchAll(/^```yaml\n([\s\S]*?)^```$/gmu)].map(
  ([, text = '']) => text,
);

/** Shorter than on the page, so that the tests need not wait as long. */
const CACHE_SECONDS = 2;

interface World {
  readonly authority: CertificateAuthority;
  readonly redis: RedisServer;
  readonly issuer: Issuer;
  readonly cluster: KubernetesServer;
  readonly chromium: ChromiumBrowser;
  readonly kubectl: Kubectl;
}

describe.skipIf(lacking !== undefined)('a cluster that asks about tokens', () => {
  const stack = new AsyncDisposableStack();
  let world: World;
  beforeAll(async () => {
    world = await openWorld(stack);
  }, 600_000);
  afterAll(() => stack.disposeAsync());

  it('knows the name, the groups and the id of the token of who has logged in', async () => {
    await using terminal = await logIn(world);
    const { stdout, stderr } = await asPlugin(world, terminal);
    expect(stderr).toBe('');
    const jti = String(claimsOf(await terminal.token()).jti);
    expect(JSON.parse(stdout).status.userInfo).toEqual({
      username: 'kilgore@kilgore.trout',
      uid: expect.any(String),
      groups: ['oidc:authors', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] },
    });
    await expect.poll(() => world.issuer.server.log()).toMatch(new RegExp(`token\\.issued .*idTokenId=${jti}`));
  });

  it.each([
    ['the person', ['--email', 'kilgore@kilgore.trout']],
    ['a group', ['--group', 'authors']],
  ])('refuses a token that has not ended once an operator has put out %s', async (_who, target) => {
    await using terminal = await logIn(world);
    const token = await terminal.token();
    expect(await withToken(world, token)).toMatchObject({ exitCode: 0, stderr: '' });
    const args = [main, 'revoke', world.issuer.server.configFile, ...target];
    const ended = await runCommand({ command: process.execPath, args });
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    await expectOut(world, token);
    expect(claimsOf(token).exp).toBeGreaterThan(Date.now() / 1000 + 60);
    // kubectl of that person: the plugin is asked again, and hears that the login is over.
    const { exitCode, stderr } = await asPlugin(world, terminal);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('is over: the issuer ended it. Run: kubectl login');
    await expect.poll(() => world.issuer.server.log()).toMatch(/token\.reviewed .*outcome=refused reason=revoked/);
    // Whoever comes within the second that the mark reaches ahead is put out, too.
    const reachesTo = Date.parse(/\((20\S+Z)\)/.exec(ended.stdout)?.[1] ?? '') + 1000;
    await expect.poll(() => Date.now(), { timeout: 5000 }).toBeGreaterThan(reachesTo);
    await using again = await logIn(world);
    expect(await withToken(world, await again.token())).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('refuses the last token of a login that its person has ended, and no other login of theirs', async () => {
    await using terminal = await logIn(world);
    await using elsewhere = await logIn(world);
    const token = await terminal.token();
    expect((await withToken(world, token)).exitCode).toBe(0);
    expect((await terminal.run(['logout'])).stderr).toContain('The issuer ended the session.');
    await expectOut(world, token);
    expect(await withToken(world, await elsewhere.token())).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('lets nobody in while the storage is away, and everybody again afterwards', { timeout: 120_000 }, async () => {
    await using terminal = await logIn(world);
    const token = await terminal.token();
    await world.redis.stop();
    try {
      // The API server is told to come again, and does, for half a minute.
      expect((await withToken(world, token, 90_000)).stderr).toContain('You must be logged in to the server');
    } finally {
      await world.redis.restart();
    }
    await expect.poll(async () => (await withToken(world, token)).exitCode, { timeout: 20_000 }).toBe(0);
  });

  it('lets people wait for a storage that is away for a moment', async () => {
    await using terminal = await logIn(world);
    const token = await terminal.token();
    const mark = world.issuer.server.log().length;
    await world.redis.stop();
    const waiting = withToken(world, token);
    try {
      await expect.poll(() => world.issuer.server.log().slice(mark)).toMatch(/request\.failed .*endpoint=token_review/);
    } finally {
      await world.redis.restart();
    }
    expect(await waiting).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('lets nobody in while Ostiary is away, and everybody again afterwards', { timeout: 120_000 }, async () => {
    await using terminal = await logIn(world);
    const token = await terminal.token();
    await world.issuer.server.stop();
    try {
      expect((await withToken(world, token, 90_000)).stderr).toContain('You must be logged in to the server');
    } finally {
      await world.issuer.server.restart();
    }
    await expect.poll(async () => (await withToken(world, token)).exitCode, { timeout: 20_000 }).toBe(0);
  });

  it('may ask in the older version, and is refused when it calls itself by another name or has another secret', async () => {
    await using terminal = await logIn(world);
    const token = await terminal.token();
    await using older = await startCluster(world, { version: 'v1beta1' });
    expect(await withToken({ ...world, cluster: older }, token)).toMatchObject({ exitCode: 0, stderr: '' });
    await using stranger = await startCluster(world, { kubeconfig: ours(world).replace('the-secret', 'another') });
    expect((await withToken({ ...world, cluster: stranger }, token)).stderr).toContain('You must be logged in');
    await using renamed = await startCluster(world, {}, ['https://other.example.com']);
    expect((await withToken({ ...world, cluster: renamed }, token)).stderr).toContain('You must be logged in');
    await expect.poll(() => world.issuer.server.log()).toMatch(/reason=asked_audience .*other\.example\.com/);
  });
});

async function openWorld(stack: AsyncDisposableStack): Promise<World> {
  await buildKubernetes();
  const authority = stack.use(await createAuthority());
  const redis = stack.use(await startRedis({ appendfsync: 'always' }));
  const storage = `{ type: redis, config: { port: ${redis.port} } }`;
  const issuer = stack.use(await startIssuer({ authority, storage, config: () => configuration }));
  const cluster = stack.use(await startCluster({ authority, issuer }));
  const chromium = stack.use(await startChromium({ trust: [authority.ca] }));
  return { authority, redis, issuer, cluster, chromium, kubectl: stack.use(await openKubectl()) };
}

const configuration = [
  'oauth2: { skipApprovalScreen: true }',
  'connectors: [{ type: mockCallback, id: mock, name: Mock }]',
  clients.replace('secretEnv: PROD_API_SECRET', 'secret: the-secret'),
].join('\n');

/** The kubeconfig of the page, with the address and the authority of here. */
const ours = ({ issuer, authority }: Pick<World, 'issuer' | 'authority'>): string =>
  kubeconfig
    .replace('https://login.example.com/dex', issuer.url)
    .replace('/etc/kubernetes/pki/ostiary-ca.pem', authority.caFile);

function startCluster(
  at: Pick<World, 'issuer' | 'authority'>,
  webhook: Partial<TokenWebhook> = {},
  apiAudiences?: readonly string[],
): Promise<KubernetesServer> {
  const asks = { kubeconfig: ours(at), cacheSeconds: CACHE_SECONDS, ...webhook };
  return startKubernetes({ webhook: asks, tokenCacheSeconds: 0, apiAudiences });
}

async function logIn(world: World): Promise<Terminal> {
  const terminal = await openTerminal(world.authority.caFile);
  await loginByBrowser({ ...world, terminal }, async () => {});
  return terminal;
}

const asPlugin = ({ kubectl }: World, terminal: Terminal): Promise<Result> =>
  kubectl.run(['--context', 'test', 'auth', 'whoami', '--output=json'], kubectlOptions(terminal));

/** kubectl with this very token, and no plugin that would get another. */
async function withToken({ kubectl, cluster }: World, token: string, timeoutMs?: number): Promise<Result> {
  await kubectl.writeKubeconfig(cluster, { token });
  return kubectl.run(['auth', 'whoami'], { timeoutMs });
}

/** What was remembered counts as long as the cache keeps it; what replicas know may be a second old. */
async function expectOut(world: World, token: string): Promise<void> {
  const timeout = (CACHE_SECONDS + 2) * 1000;
  await expect.poll(async () => (await withToken(world, token)).stderr, { timeout }).toContain('You must be logged in');
}

const claimsOf = (token: string): { readonly jti: string; readonly exp: number } =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
