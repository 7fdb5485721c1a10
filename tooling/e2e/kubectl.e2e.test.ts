/**
 * The main job with nothing but real parts: a provider that is not ours, the built server over TLS, the built plugin,
 * Chromium, kubectl, and an API server with the genuine Kubernetes authenticator.
 */
import {
  type CertificateAuthority,
  type ChromiumBrowser,
  createAuthority,
  freePort,
  type Kubectl,
  type KubernetesServer,
  type OpenIdProvider,
  openKubectl,
  requireKubectl,
  requireTool,
  startOpenIdProvider,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from './support/issuer.ts';
import { kubectlOptions, loginByBrowser, openScene, whoAmI } from './support/kubectl.ts';
import { approve, signInUpstream } from './support/people.ts';
import { openTerminal, type Terminal } from './support/plugin.ts';

const lacking = requireTool('go', 'chromium') ?? (await requireKubectl());

const jane = {
  sub: 'jane',
  claims: { name: 'Jane Doe', email: 'jane@example.com', email_verified: true, groups: ['dev', 'ops'] },
};

/** What Dex puts into `sub` for the user id `jane` of the connector `company`: role bindings name it. */
const janesSubject = 'CgRqYW5lEgdjb21wYW55';

interface World {
  readonly authority: CertificateAuthority;
  readonly provider: OpenIdProvider;
  readonly issuer: Issuer;
  readonly cluster: KubernetesServer;
  readonly chromium: ChromiumBrowser;
  readonly kubectl: Kubectl;
}

describe.skipIf(lacking !== undefined)('kubectl login', () => {
  const stack = new AsyncDisposableStack();
  let world: World;

  beforeAll(async () => {
    world = await openWorld(stack);
  }, 600_000);
  afterAll(() => stack.disposeAsync());

  it('lets a person in by browser, and kubectl knows name and groups', async () => {
    await using terminal = await openTerminal(world.authority.caFile);
    await logIn(world, terminal);
    expect(await whoAmI(world.kubectl, terminal)).toEqual({ name: janesSubject, groups: ['dev', 'ops'] });
    const version = await world.kubectl.run(['get', '--raw', '/version'], kubectlOptions(terminal));
    expect(version.exitCode, version.stderr).toBe(0);
  });

  it('lets a person in by a code, from a machine without a browser', async () => {
    const { issuer, cluster, chromium, kubectl, authority } = world;
    await using terminal = await openTerminal(authority.caFile);
    const entry = ['--context', 'test', '--cluster', 'test', '--server', cluster.url, '--cluster-ca', cluster.caFile];
    const { address, userCode = '', running } = await terminal.login([issuer.url, '--device', ...entry]);
    const page = await chromium.open();
    await page.goto(address);
    await page.locator('#user_code').fill(userCode);
    await page.locator('#submit-login').click();
    await signInUpstream(page, 'jane');
    await approve(page); // also here, where logins by browser are not asked
    await page.getByRole('heading', { name: 'Your device is logged in' }).waitFor();
    expect(await running.exited, running.log()).toMatchObject({ code: 0 });
    expect(await whoAmI(kubectl, terminal)).toEqual({ name: janesSubject, groups: ['dev', 'ops'] });
    await page.context().close();
  });

  it('takes a group that was removed upstream into account at the next refresh', async () => {
    await using terminal = await openTerminal(world.authority.caFile);
    await logIn(world, terminal);
    await world.provider.setAccount({ ...jane, claims: { ...jane.claims, groups: ['dev'] } });
    try {
      // Tokens live a minute here, the shortest the server allows; the plugin renews them before that.
      await expect
        .poll(() => whoAmI(world.kubectl, terminal), { timeout: 90_000, interval: 2000 })
        .toMatchObject({ groups: ['dev'] });
    } finally {
      await world.provider.setAccount(jane);
    }
  });

  it('still works after the signing keys of the provider have changed', async () => {
    // The key set was last fetched a minute ago: an unknown key may be asked for again.
    await world.provider.rotateKeys('forgotten');
    await using terminal = await openTerminal(world.authority.caFile);
    await logIn(world, terminal);
    expect(await whoAmI(world.kubectl, terminal)).toMatchObject({ groups: ['dev', 'ops'] });
  });

  it('ends the login at the issuer when the person logs out', async () => {
    await using terminal = await openTerminal(world.authority.caFile);
    await logIn(world, terminal);
    const { exitCode, stderr } = await terminal.run(['logout']);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('The issuer ended the session.');
    await expect.poll(() => world.issuer.server.log()).toMatch(/token\.revoked .*client=kubectl what=refresh_token/);
  });

  it('goes on through a restart of the server in the middle of a login', async () => {
    await using terminal = await openTerminal(world.authority.caFile);
    await logIn(world, terminal, () => world.issuer.server.restart());
    expect(await whoAmI(world.kubectl, terminal)).toMatchObject({ groups: ['dev', 'ops'] });
  });
});

async function openWorld(stack: AsyncDisposableStack): Promise<World> {
  const authority = stack.use(await createAuthority());
  const port = await freePort();
  const client = { client_id: 'ostiary', client_secret: 'upstream-secret-upstream-secret-1' };
  const provider = stack.use(
    await startOpenIdProvider({
      clients: [
        {
          ...client,
          redirect_uris: [`https://127.0.0.1:${port}/dex/callback/company`],
          grant_types: ['authorization_code', 'refresh_token'],
        },
      ],
      accounts: [jane],
    }),
  );
  const issuer = stack.use(
    await startIssuer({ authority, port, config: () => configuration(provider.issuer, client) }),
  );
  const scene = await openScene(stack, { issuer, authority });
  return { ...scene, authority, provider, kubectl: stack.use(await openKubectl()) };
}

function configuration(upstream: string, client: { client_id: string; client_secret: string }): string {
  return `
oauth2: { skipApprovalScreen: true }
expiry: { idTokens: 60s }
staticClients:
  - { id: kubectl, name: kubectl, public: true }
connectors:
  - type: oidc
    id: company
    name: Company
    config:
      issuer: ${upstream}
      clientID: ${client.client_id}
      clientSecret: ${client.client_secret}
      scopes: [profile, email, groups, offline_access]
      insecureEnableGroups: true
`;
}

/** @param meanwhile happens while the person is looking at the login form of the provider. */
function logIn(world: World, terminal: Terminal, meanwhile: () => Promise<unknown> = async () => {}): Promise<void> {
  return loginByBrowser({ ...world, terminal }, async (page) => {
    await page.locator('input[name=login]').waitFor();
    await meanwhile();
    await signInUpstream(page, 'jane');
  });
}
