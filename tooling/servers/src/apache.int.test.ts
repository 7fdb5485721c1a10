import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApacheServer, apacheRedirectUri, startApache } from './apache.ts';
import { createAuthority } from './certificates.ts';
import { type ChromiumBrowser, startChromium } from './chromium.ts';
import { freePort } from './free-port.ts';
import { type OpenIdProvider, startOpenIdProvider } from './openid-provider.ts';
import type { ProviderAccount } from './openid-provider-messages.ts';
import { requireTool } from './requirements.ts';

const credentials = { clientId: 'apache', clientSecret: 'a secret between Apache and the provider' };
const account = (sub: string, groups: readonly string[]): ProviderAccount => ({
  sub,
  claims: { email: `${sub}@example.org`, email_verified: true, groups },
});

async function signInAs(browser: ChromiumBrowser, apache: ApacheServer, sub: string): Promise<string> {
  const page = await browser.open();
  await page.goto(apache.protectedUrl);
  await page.fill('input[name=login]', sub);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]'); // login
  await page.click('button[type=submit]'); // consent
  await page.waitForURL(new RegExp(`^${new URL(apache.protectedUrl).origin}`));
  return (await page.locator('body').textContent())?.trim() ?? '';
}

const redirectOf = (url: string): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false, headers: { accept: 'text/html' } }, (reply) =>
      resolve(reply.resume().headers.location),
    ).on('error', reject);
  });

const lacking = requireTool('apache2', 'mod_auth_openidc.so', 'chromium', 'openssl');

describe.skipIf(lacking !== undefined)('apache', () => {
  const stack = new AsyncDisposableStack();
  let provider: OpenIdProvider;
  let apache: ApacheServer;
  let browser: ChromiumBrowser;

  beforeAll(async () => {
    const authority = stack.use(await createAuthority());
    const port = await freePort();
    provider = stack.use(
      await startOpenIdProvider({
        certificate: await authority.issue(),
        clients: [
          {
            client_id: credentials.clientId,
            client_secret: credentials.clientSecret,
            redirect_uris: [apacheRedirectUri(port)],
          },
        ],
        accounts: [account('jane', ['dev', 'ops']), account('joe', ['sales'])],
      }),
    );
    apache = stack.use(
      await startApache({
        ...credentials,
        providerMetadataUrl: `${provider.issuer}/.well-known/openid-configuration`,
        requiredClaim: 'groups:dev',
        ca: authority.ca,
        port,
      }),
    );
    browser = stack.use(await startChromium({ trust: [authority.ca] }));
  });
  afterAll(() => stack.disposeAsync());

  it('sends a stranger to the provider, with PKCE', async () => {
    const location = new URL((await redirectOf(apache.protectedUrl)) ?? '');
    expect(location.origin).toBe(provider.issuer);
    expect(location.searchParams.get('code_challenge_method')).toBe('S256');
    expect(location.searchParams.get('redirect_uri')).toBe(apache.redirectUri);
  });

  it('lets in who has the required claim', async () => {
    expect(await signInAs(browser, apache, 'jane')).toBe(
      `user=jane@example.org groups=dev,ops sub=jane iss=${provider.issuer}`,
    );
  });

  it('keeps out who has not', async () => {
    expect(await signInAs(browser, apache, 'joe')).toContain('Unauthorized');
  });
});
