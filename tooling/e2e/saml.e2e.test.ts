/** A person of a real SAML identity provider, from its form in Chromium to `kubectl auth whoami`. */
import { readFile } from 'node:fs/promises';
import {
  buildKubernetes,
  createAuthority,
  freePort,
  issuerEntry,
  openKubectl,
  requireKubectl,
  requireTool,
  simpleSamlPhpMetadata,
  startChromium,
  startKubernetes,
  startSimpleSamlPhp,
  type TemporaryFolder,
  temporaryFolder,
} from '@ostiary/tooling-servers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer } from './support/issuer.ts';
import { type LoginScene, loginByBrowser, whoAmI } from './support/kubectl.ts';
import { openTerminal } from './support/plugin.ts';
import { makeRsaCertificate, type RsaCertificate } from './support/rsa.ts';

const lacking = requireTool('go', 'chromium', 'php', '_autoload.php', 'openssl') ?? (await requireKubectl());

const jane = { uid: ['jane'], cn: ['Jane Doe'], mail: ['jane@example.org'], groups: ['dev', 'engineering'] };

async function signIn(page: Page, password: string): Promise<void> {
  await page.locator('input[name=username]').fill('jane');
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit], #regularsubmit').first().click();
}

describe.skipIf(lacking !== undefined)('kubectl login with SAML', () => {
  const stack = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let scene: Omit<LoginScene, 'terminal'>;
  let caFile: string;

  beforeAll(async () => {
    await buildKubernetes();
    folder = stack.use(await temporaryFolder('saml'));
    const authority = stack.use(await createAuthority());
    caFile = authority.caFile;
    const own = await makeRsaCertificate(folder.path);
    const idpPort = await freePort();
    const config = () => configuration(simpleSamlPhpMetadata(idpPort), own);
    const issuer = stack.use(await startIssuer({ authority, config }));
    const callback = `${issuer.url}/callback/corp`;
    const certificate = await readFile(own.certificateFile, 'utf8');
    const serviceProvider = { entityId: callback, assertionConsumerService: callback, certificate };
    stack.use(await startSimpleSamlPhp({ port: idpPort, serviceProvider, people: { jane } }));
    const entry = issuerEntry({ url: issuer.url, audiences: ['kubectl'], ca: authority.ca });
    const cluster = stack.use(await startKubernetes({ jwt: [entry], tokenCacheSeconds: 0 }));
    await cluster.untilInitialized();
    scene = { issuer, cluster, chromium: stack.use(await startChromium({ trust: [authority.ca] })) };
  }, 600_000);
  afterAll(() => stack.disposeAsync());

  it('sends a signed request, and brings name and groups of the answer into the cluster', async () => {
    await using terminal = await openTerminal(caFile);
    await using kubectl = await openKubectl();
    await loginByBrowser({ ...scene, terminal }, async (page) => {
      await signIn(page, 'wrong');
      await page.getByText('Incorrect username or password').first().waitFor();
      await signIn(page, 'secret');
    });
    expect(await whoAmI(kubectl, terminal)).toEqual({ name: expect.any(String), groups: ['dev', 'engineering'] });
  });
});

function configuration(metadataURL: string, own: RsaCertificate): string {
  return `
oauth2: { skipApprovalScreen: true }
staticClients:
  - { id: kubectl, name: kubectl, public: true }
connectors:
  - type: saml
    id: corp
    name: Company
    config:
      metadataURL: ${metadataURL}
      signingKey: ${own.keyFile}
      signingCert: ${own.certificateFile}
      usernameAttr: cn
      emailAttr: mail
      groupsAttr: groups
`;
}
