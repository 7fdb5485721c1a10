/** A logout that ends the session of a real SAML identity provider, in Chromium. */
import { readFile } from 'node:fs/promises';
import {
  createAuthority,
  freePort,
  makeRsaCertificate,
  requireTool,
  simpleSamlPhpMetadata,
  startChromium,
  startSimpleSamlPhp,
  temporaryFolder,
} from '@ostiary/tooling-servers';
import { describe, expect, it } from 'vitest';
import { startIssuer } from './support/issuer.ts';
import { startLogoutApp } from './support/logout-app.ts';

const lacking = requireTool('chromium', 'php', '_autoload.php', 'openssl');
const clientSecret = 'logout-secret-logout-secret-logout';
const jane = { uid: ['jane'], cn: ['Jane Doe'], mail: ['jane@example.org'] };

describe.skipIf(lacking !== undefined)('a logout of somebody who came with SAML', () => {
  it.each(['redirect', 'post'] as const)('ends the session at SimpleSAMLphp, which answers by %s', async (binding) => {
    await using stack = new AsyncDisposableStack();
    const [issuerPort, idpPort, appPort] = [await freePort(), await freePort(), await freePort()];
    const url = `http://127.0.0.1:${issuerPort}/dex`;
    const entityId = `${url}/callback/corp`;
    const folder = stack.use(await temporaryFolder('saml-logout'));
    const own = await makeRsaCertificate({ folder: folder.path, name: 'saml' });
    stack.use(
      await startSimpleSamlPhp({
        port: idpPort,
        people: { jane },
        serviceProvider: {
          entityId,
          assertionConsumerService: entityId,
          singleLogout: { binding, location: `${url}/logout/callback` },
          certificate: await readFile(own.certificateFile, 'utf8'),
        },
      }),
    );
    const authority = stack.use(await createAuthority());
    const config = (): string => configuration({ idpPort, appPort, ...own });
    const issuer = stack.use(await startIssuer({ authority, scheme: 'http', port: issuerPort, config }));
    const client = { issuer: issuer.url, clientId: 'console', clientSecret, port: appPort };
    const app = stack.use(await startLogoutApp(client));
    const page = await stack.use(await startChromium()).open();
    await page.goto(`${app.url}/login`);
    await page.locator('input[name=username]').fill('jane');
    await page.locator('input[name=password]').fill('secret');
    await page.locator('button[type=submit], #regularsubmit').first().click();
    await page.getByText('Hello, Jane Doe').waitFor();
    await page.goto(`${app.url}/logout`);
    await page.waitForURL(`${app.url}/bye?state=s`);
    expect(app.heard).toHaveLength(1);
    await page.goto(`${app.url}/login`);
    await page.locator('input[name=username]').waitFor();
    expect(page.url()).toContain(`:${idpPort}/`);
  });
});

interface Parties {
  readonly idpPort: number;
  readonly appPort: number;
  readonly keyFile: string;
  readonly certificateFile: string;
}

const configuration = ({ idpPort, appPort, keyFile, certificateFile }: Parties): string => `
oauth2: { skipApprovalScreen: true }
sessions: {}
staticClients:
  - { id: console, name: Console, secret: ${clientSecret}, redirectURIs: ["http://127.0.0.1:${appPort}/callback"],
      postLogoutRedirectURIs: ["http://127.0.0.1:${appPort}/bye"],
      backchannelLogoutURI: "http://127.0.0.1:${appPort}/backchannel" }
connectors:
  - type: saml
    id: corp
    name: Company
    config:
      metadataURL: ${simpleSamlPhpMetadata(idpPort)}
      signingKey: ${keyFile}
      signingCert: ${certificateFile}
      usernameAttr: cn
      emailAttr: mail
`;
