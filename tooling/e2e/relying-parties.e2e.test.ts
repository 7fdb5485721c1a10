/** Relying parties that are not ours, and the example app, against the built server with its password database. */
import { join } from 'node:path';
import {
  apacheRedirectUri,
  type CertificateAuthority,
  type ChromiumBrowser,
  createAuthority,
  findAccessibilityProblems,
  freePort,
  probe,
  requireTool,
  startApache,
  startChromium,
  startServer,
} from '@ostiary/tooling-servers';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from './support/issuer.ts';
import { approve, signInWithPassword } from './support/people.ts';

const root = join(import.meta.dirname, '..', '..');
const lacking = requireTool('chromium', 'apache2');
const secret = 'relying-party-secret-relying-party';
const person = ['jane@example.com', 'password'] as const;

interface World {
  readonly issuer: Issuer;
  readonly chromium: ChromiumBrowser;
  readonly apachePort: number;
  readonly appPort: number;
}

describe.skipIf(lacking !== undefined)('relying parties', () => {
  const stack = new AsyncDisposableStack();
  let world: World;
  beforeAll(async () => {
    world = await openWorld(stack);
  });
  afterAll(() => stack.disposeAsync());

  it('Apache with mod_auth_openidc logs a person in, sees the groups, and hears of a logout', async () => {
    const { issuer, chromium, apachePort } = world;
    await using apache = await startApache({
      providerMetadataUrl: `${issuer.url}/.well-known/openid-configuration`,
      clientId: 'apache',
      clientSecret: secret,
      requiredClaim: 'groups:dev',
      port: apachePort,
    });
    const page = await chromium.open();
    await page.goto(apache.protectedUrl);
    await signInWithPassword(page, ...person);
    await approve(page);
    await page.waitForURL(apache.protectedUrl);
    expect(await page.locator('body').textContent()).toMatch(/groups=dev,ops/);
    await page.goto(`${issuer.url}/logout`);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
    await page.goto(apache.protectedUrl);
    await page.locator('#password').waitFor();
    expect(issuer.server.log()).not.toMatch(/logout\.notify_failed/);
    await page.context().close();
  });

  it('openid-client logs in, refreshes, and asks for userinfo', async () => {
    const { issuer, chromium } = world;
    const redirectUri = `http://127.0.0.1:${await freePort()}/cb`;
    const config = await oidc.discovery(new URL(issuer.url), 'native', undefined, oidc.None(), {
      execute: [oidc.allowInsecureRequests],
    });
    const verifier = oidc.randomPKCECodeVerifier();
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid profile email groups offline_access',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    const page = await chromium.open({ scripts: 'off' });
    const answer = page.waitForRequest((request) => request.url().startsWith(redirectUri));
    await page.goto(url.href);
    await signInWithPassword(page, ...person);
    await approve(page).catch(() => undefined); // nobody listens at the redirect URI
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    const tokens = await oidc.authorizationCodeGrant(config, new URL((await answer).url()), checks);
    expect(tokens.claims()).toMatchObject({ email: 'jane@example.com', groups: ['dev', 'ops'], aud: 'native' });
    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
    expect(userinfo).toMatchObject({ name: 'Jane Doe' });
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(refreshed.claims()?.sub).toBe(tokens.claims()?.sub);
    await page.context().close();
  });

  it('openid-client is a device: a person types its code, and it has tokens with its next question', async () => {
    const { issuer, chromium } = world;
    const config = await oidc.discovery(new URL(issuer.url), 'native', undefined, oidc.None(), {
      execute: [oidc.allowInsecureRequests],
    });
    const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid groups offline_access' });
    const waiting = oidc.pollDeviceAuthorizationGrant(config, device);
    const page = await chromium.open();
    await page.goto(device.verification_uri);
    await page.locator('#user_code').fill('BBBB-BBBB');
    await page.locator('#submit-login').click();
    await page.locator('#login-error').waitFor();
    await page.locator('#user_code').fill(device.user_code.toLowerCase());
    await page.locator('#submit-login').click();
    await signInWithPassword(page, ...person);
    expect(await page.locator('code#user_code').textContent()).toBe(device.user_code);
    await approve(page);
    await page.getByRole('heading', { name: 'Your device is logged in' }).waitFor();
    const tokens = await waiting;
    expect(tokens.claims()).toMatchObject({ aud: 'native', groups: ['dev', 'ops'] });
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(refreshed.claims()?.sub).toBe(tokens.claims()?.sub);
    await page.context().close();
  });

  it('the example app shows the claims, refreshes and logs out, and has no accessibility problem', async () => {
    const { issuer, chromium, appPort } = world;
    const url = `http://127.0.0.1:${appPort}`;
    await using _app = await startServer({
      launch: {
        name: 'example-app',
        command: process.execPath,
        args: [join(root, 'apps/example-app/dist/main.js'), '--issuer', issuer.url, '--url', url, '--client-id', 'app'],
        env: { ...process.env, EXAMPLE_APP_CLIENT_SECRET: secret },
      },
      check: async () => (await probe(`${url}/`)) === 200,
    });
    const page = await chromium.open();
    await page.goto(url);
    expect(await findAccessibilityProblems(page)).toEqual([]);
    await page.getByRole('button', { name: 'Log in' }).click();
    await signInWithPassword(page, ...person);
    await approve(page);
    await page.getByRole('heading', { name: 'Hello, Jane Doe' }).waitFor();
    expect(await findAccessibilityProblems(page)).toEqual([]);
    const row = page.getByRole('row', { name: /^jti/ }).first();
    const before = await row.textContent();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('heading', { name: 'Hello, Jane Doe' }).waitFor();
    await expect.poll(() => row.textContent()).not.toBe(before);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    await expect.poll(() => issuer.server.log()).toMatch(/token\.revoked .*client=app what=refresh_token/);
    await expect.poll(() => issuer.server.log()).toMatch(/logout\.done .*client=app/);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('#password').waitFor();
    await page.context().close();
  });
});

async function openWorld(stack: AsyncDisposableStack): Promise<World> {
  const authority: CertificateAuthority = stack.use(await createAuthority());
  const [apachePort, appPort] = [await freePort(), await freePort()];
  const config = `
sessions: {}
enablePasswordDB: true
staticPasswords:
  - email: jane@example.com
    hash: $2y$10$t9j6A1CN4S41ZotMe601U.U6NWfS3QwGWNAfuGrJXzZ3z1SWlZGpe
    username: jane
    name: Jane Doe
    userID: 08a8684b-db88-4b73-90a9-3cd1661f5466
    groups: [dev, ops]
staticClients:
  - { id: apache, name: Apache, secret: ${secret}, redirectURIs: ["${apacheRedirectUri(apachePort)}"],
      backchannelLogoutURI: "${apacheRedirectUri(apachePort)}?logout=backchannel" }
  - { id: app, name: Example App, secret: ${secret}, redirectURIs: ["http://127.0.0.1:${appPort}/callback"],
      postLogoutRedirectURIs: ["http://127.0.0.1:${appPort}/"] }
  - { id: native, name: Native, public: true }
`;
  const issuer = stack.use(await startIssuer({ authority, scheme: 'http', config: () => config }));
  return { issuer, chromium: stack.use(await startChromium()), apachePort, appPort };
}
