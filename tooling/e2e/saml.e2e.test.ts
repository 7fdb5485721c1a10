/** People of two real SAML identity providers, from their forms in Chromium to `kubectl auth whoami`. */
import { readFile } from 'node:fs/promises';
import { openHttp } from '@ostiary/connector-sdk/http';
import {
  createAuthority,
  freePort,
  makeRsaCertificate,
  openKubectl,
  type RsaCertificate,
  requireKubectl,
  requirePysaml2,
  requireTool,
  simpleSamlPhpMetadata,
  startPysaml2,
  startSimpleSamlPhp,
  type TemporaryFolder,
  temporaryFolder,
} from '@ostiary/tooling-servers';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIssuer } from './support/issuer.ts';
import { type LoginScene, loginByBrowser, openScene, whoAmI } from './support/kubectl.ts';
import { openTerminal } from './support/plugin.ts';

const lacking =
  requireTool('go', 'chromium', 'php', '_autoload.php', 'openssl') ??
  (await requirePysaml2()) ??
  (await requireKubectl());

const joe = { displayName: ['Joe Roe'], mail: ['joe@example.org'], memberOf: ['partners'] };
const jane = { uid: ['jane'], cn: ['Jane Doe'], mail: ['jane@example.org'], groups: ['dev', 'engineering'] };

async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.locator('input[name=username]').fill(username);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit], #regularsubmit').first().click();
}

/** What the browser posts to the callback with the cookie of its login, after the provider's page that posts without. */
async function answerTo(page: Page, callback: string): Promise<RequestInit> {
  const isWhole = async (sent: Request): Promise<boolean> =>
    sent.method() === 'POST' && sent.url() === callback && /login-/u.test((await sent.allHeaders()).cookie ?? '');
  const request = await page.waitForRequest(isWhole);
  const { cookie = '', origin = '' } = await request.allHeaders();
  const headers = { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', headers, body: request.postData() ?? '', redirect: 'manual' };
}

describe.skipIf(lacking !== undefined)('kubectl login with SAML', () => {
  const stack = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let scene: Omit<LoginScene, 'terminal'>;
  let caFile: string;
  let certificateAuthority: string;

  beforeAll(async () => {
    folder = stack.use(await temporaryFolder('saml'));
    const authority = stack.use(await createAuthority());
    caFile = authority.caFile;
    certificateAuthority = authority.ca;
    const own = await makeRsaCertificate({ folder: folder.path, name: 'saml' });
    const idpPort = await freePort();
    const partner = stack.use(await startPysaml2({ people: { joe }, encryption: 'gcm' }));
    const config = () => configuration({ company: simpleSamlPhpMetadata(idpPort), partner: partner.metadataUrl }, own);
    const issuer = stack.use(await startIssuer({ authority, config }));
    const callback = `${issuer.url}/callback/corp`;
    const certificate = await readFile(own.certificateFile, 'utf8');
    const serviceProvider = { entityId: callback, assertionConsumerService: callback, certificate };
    stack.use(await startSimpleSamlPhp({ port: idpPort, serviceProvider, people: { jane } }));
    await using http = openHttp({});
    const metadata = http({ certificateAuthorities: [authority.ca] });
    await partner.know(await (await metadata(`${issuer.url}/callback/partner/metadata`)).text());
    scene = await openScene(stack, { issuer, authority });
  }, 600_000);
  afterAll(() => stack.disposeAsync());

  it('sends a signed request as a form, and brings name and groups of the answer into the cluster', async () => {
    await using terminal = await openTerminal(caFile);
    await using kubectl = await openKubectl();
    await loginByBrowser({ ...scene, terminal }, async (page) => {
      await page.getByText('Company').click();
      await signIn(page, 'jane', 'wrong');
      await page.getByText('Incorrect username or password').first().waitFor();
      await signIn(page, 'jane', 'secret');
    });
    expect(await whoAmI(kubectl, terminal)).toEqual({ name: expect.any(String), groups: ['dev', 'engineering'] });
  });

  it('refuses the answer a second time, with all that the browser sent the first time', async () => {
    await using terminal = await openTerminal(caFile);
    await using http = openHttp({});
    const ours = http({ certificateAuthorities: [certificateAuthority] });
    const callback = `${scene.issuer.url}/callback/corp`;
    let answer: Promise<RequestInit> | undefined;
    await loginByBrowser({ ...scene, terminal }, async (page) => {
      answer = answerTo(page, callback);
      await page.getByText('Company').click();
      await signIn(page, 'jane', 'secret');
      await answer;
    });
    const again = await ours(callback, await answer);
    expect(again.status).toBe(400);
    expect(await again.text()).toContain('This login was finished before.');
  });

  it('does the same at a provider that reads our metadata, is asked by redirect, and encrypts its answer', async () => {
    await using terminal = await openTerminal(caFile);
    await using kubectl = await openKubectl();
    await loginByBrowser({ ...scene, terminal }, async (page) => {
      await page.getByText('Partner').click();
      await signIn(page, 'joe', 'secret');
    });
    expect(await whoAmI(kubectl, terminal)).toEqual({ name: expect.any(String), groups: ['partners'] });
  });
});

interface MetadataUrls {
  readonly company: string;
  readonly partner: string;
}

function configuration({ company, partner }: MetadataUrls, own: RsaCertificate): string {
  return `
oauth2: { skipApprovalScreen: true }
staticClients:
  - { id: kubectl, name: kubectl, public: true }
connectors:
  - type: saml
    id: corp
    name: Company
    config:
      metadataURL: ${company}
      ssoURL: ${company.replace('metadata.php', 'SSOService.php')}
      ssoBinding: post
      signingKey: ${own.keyFile}
      signingCert: ${own.certificateFile}
      usernameAttr: cn
      emailAttr: mail
      groupsAttr: groups
  - type: saml
    id: partner
    name: Partner
    config:
      metadataURL: ${partner}
      ssoBinding: redirect
      signingKey: ${own.keyFile}
      signingCert: ${own.certificateFile}
      decryptionKeys: [${own.keyFile}]
      decryptionCert: ${own.certificateFile}
      usernameAttr: urn:oid:2.16.840.1.113730.3.1.241
      emailAttr: urn:oid:0.9.2342.19200300.100.1.3
      groupsAttr: memberOf
`;
}
