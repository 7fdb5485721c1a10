/** One logout for two applications, the issuer and its provider, in Chromium. */
import { createServer } from 'node:http';
import { join } from 'node:path';
import {
  type ChromiumBrowser,
  createAuthority,
  freePort,
  type OpenIdProvider,
  probe,
  requireTool,
  startChromium,
  startOpenIdProvider,
  startServer,
} from '@ostiary/tooling-servers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from './support/issuer.ts';
import { type LogoutApp, startLogoutApp } from './support/logout-app.ts';
import { signInUpstream } from './support/people.ts';

const lacking = requireTool('chromium');
const clientSecret = 'logout-secret-logout-secret-logout';

interface World {
  readonly provider: OpenIdProvider;
  readonly issuer: Issuer;
  readonly chromium: ChromiumBrowser;
  readonly console: LogoutApp;
  readonly wiki: LogoutApp;
  /** Where the example app is to be. */
  readonly examplePort: number;
}

const root = join(import.meta.dirname, '..', '..');

describe.skipIf(lacking !== undefined)('a logout', () => {
  const stack = new AsyncDisposableStack();
  let world: World;
  beforeAll(async () => {
    world = await openWorld(stack);
  });
  afterAll(() => stack.disposeAsync());

  it('at one application ends the other, the session here and that of the provider', async () => {
    const { console, wiki, provider } = world;
    const page = await atBoth(world);
    const before = [console.heard.length, wiki.heard.length];
    await page.goto(`${console.url}/logout`);
    expect(page.url()).toContain(provider.issuer);
    await page.getByRole('button', { name: /^Yes/u }).click();
    await page.waitForURL(`${console.url}/bye?state=s`);
    expect([console.heard.length, wiki.heard.length]).toEqual(before.map((count) => count + 1));
    expect(console.heard.at(-1)).toBe(wiki.heard.at(-1));
    for (const app of [console, wiki]) {
      await page.goto(app.url);
      await page.getByText('Nobody').waitFor();
    }
    await page.goto(`${wiki.url}/login`);
    await page.locator('input[name=login]').waitFor();
    expect(page.url()).toContain(provider.issuer);
    await page.context().close();
  });

  it('of the example app goes by way of the provider, as its login does', async () => {
    const { issuer, provider, chromium, examplePort } = world;
    const url = `http://127.0.0.1:${examplePort}`;
    const main = join(root, 'apps/example-app/dist/main.js');
    await using _app = await startServer({
      launch: {
        name: 'example-app',
        command: process.execPath,
        args: [main, '--issuer', issuer.url, '--url', url, '--client-id', 'example'],
        env: { ...process.env, EXAMPLE_APP_CLIENT_SECRET: clientSecret },
      },
      check: async () => (await probe(`${url}/`)) === 200,
    });
    const page = await chromium.open();
    await page.goto(url);
    await page.getByRole('button', { name: 'Log in' }).click();
    await signInUpstream(page, 'jane');
    await page.getByRole('heading', { name: 'Hello, Jane Doe' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: /^Yes/u }).click();
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('input[name=login]').waitFor();
    expect(page.url()).toContain(provider.issuer);
    await page.context().close();
  });

  it('goes on when the provider posts its answer from its own site, which brings no cookie', async () => {
    const { console, issuer } = world;
    const page = await atBoth(world);
    await page.goto(`${console.url}/logout`);
    const state = await stateAtProvider(page);
    await postFromElsewhere(page, { action: `${issuer.url}/logout/callback`, fields: { RelayState: state } });
    await page.waitForURL(`${console.url}/bye?state=s`);
    await page.context().close();
  });

  it('cannot be caused by a page of another site, nor by one of the same site without the person', async () => {
    const { console, wiki, issuer } = world;
    const page = await atBoth(world);
    const action = `${issuer.url}/logout`;
    await postFromElsewhere(page, { action, fields: { client_id: 'console' } });
    await page.getByText('console asks to log you out here as well.').waitFor();
    await postFromElsewhere(page, { action, fields: { confirmed: 'forged' }, host: '127.0.0.1' });
    await page.getByRole('heading', { name: 'Log out?' }).waitFor();
    expect(await page.locator('main').textContent()).toContain('You are logged in as Jane Doe.');
    await page.goto(`${wiki.url}/login`);
    await page.getByText('Hello, Jane Doe').waitFor();
    const before = console.heard.length;
    await page.goto(`${issuer.url}/logout`);
    await page.getByRole('button', { name: 'Log out' }).click();
    expect(await stateAtProvider(page)).toHaveLength(22);
    expect(console.heard).toHaveLength(before + 1);
    await page.context().close();
  });
});

/** A page of somebody who has logged in at the console, and is known to the wiki without a word. */
async function atBoth({ chromium, console, wiki }: World): Promise<Page> {
  const page = await chromium.open();
  await page.goto(`${console.url}/login`);
  await signInUpstream(page, 'jane');
  await page.waitForURL(`${console.url}/`);
  await page.goto(`${wiki.url}/login`);
  await page.waitForURL(`${wiki.url}/`);
  await page.getByText('Hello, Jane Doe').waitFor();
  return page;
}

async function stateAtProvider(page: Page): Promise<string> {
  await page.waitForURL(/\/session\/end/u);
  return new URL(page.url()).searchParams.get('state') ?? '';
}

interface ForeignForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
  /** `localhost`, the default, is another site than the issuer's. */
  readonly host?: 'localhost' | '127.0.0.1';
}

/** Has the browser post a form from a page of another origin. */
async function postFromElsewhere(page: Page, { action, fields, host = 'localhost' }: ForeignForm): Promise<void> {
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<form method="post" action="${action}">${inputs.join('')}<button>Go</button></form>`);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await page.goto(`http://${host}:${port}/`);
  await page.getByRole('button', { name: 'Go' }).click();
  await page.waitForURL((url) => url.port !== String(port));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function openWorld(stack: AsyncDisposableStack): Promise<World> {
  const authority = stack.use(await createAuthority());
  const [port, examplePort] = [await freePort(), await freePort()];
  const [consolePort, wikiPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}/dex`;
  const registered = {
    client_id: 'ostiary',
    client_secret: clientSecret,
    redirect_uris: [`${url}/callback/idp`],
    post_logout_redirect_uris: [`${url}/logout/callback`],
  };
  const jane = { sub: 'jane', claims: { name: 'Jane Doe', email: 'jane@example.com', email_verified: true } };
  const provider = stack.use(await startOpenIdProvider({ clients: [registered], accounts: [jane] }));
  const client = (id: string, at: number, more: string): string =>
    `  - { id: ${id}, name: ${id}, secret: ${clientSecret}, redirectURIs: ["http://127.0.0.1:${at}/callback"],
      postLogoutRedirectURIs: ["http://127.0.0.1:${at}/bye"],
      backchannelLogoutURI: "http://127.0.0.1:${at}/backchannel", ${more} }`;
  const config = (): string => `
oauth2: { skipApprovalScreen: true }
sessions: {}
staticClients:
${client('console', consolePort, 'ssoSharedWith: [wiki]')}
${client('wiki', wikiPort, 'ssoSharedWith: []')}
  - { id: example, name: Example, secret: ${clientSecret}, redirectURIs: ["http://127.0.0.1:${examplePort}/callback"],
      postLogoutRedirectURIs: ["http://127.0.0.1:${examplePort}/"] }
connectors:
  - { type: oidc, id: idp, name: IdP,
      config: { issuer: "${provider.issuer}", clientID: ostiary, clientSecret: ${clientSecret} } }
`;
  const issuer = stack.use(await startIssuer({ authority, scheme: 'http', port, config }));
  const app = (clientId: string, at: number): Promise<LogoutApp> =>
    startLogoutApp({ issuer: issuer.url, clientId, clientSecret, port: at });
  const [console, wiki] = [stack.use(await app('console', consolePort)), stack.use(await app('wiki', wikiPort))];
  return { provider, issuer, console, wiki, examplePort, chromium: stack.use(await startChromium()) };
}
