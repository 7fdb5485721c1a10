/** Sessions of browsers at the built server: one login for two clients, over replicas, restarts and storages. */
import { requireTool, startRedis } from '@ostiary/tooling-servers';
import { describe, expect, it } from 'vitest';
import { type BuiltServer, type BuiltServerSettings, startBuiltServer } from './built-server.ts';
import { CookieBrowser, passwordDatabase } from './cookie-browser.ts';

const lacking = requireTool('redis-server');

const settings: BuiltServerSettings = {
  clients: [
    '{ id: console, name: Console, secret: s, redirectURIs: ["https://console.example/cb"], ssoSharedWith: [wiki] }',
    '{ id: wiki, name: Wiki, secret: s, redirectURIs: ["https://wiki.example/cb"] }',
  ],
  more: `
sessions: { absoluteLifetime: 12h }
${passwordDatabase}`,
};

const hasCode = (location: string, client: string): boolean =>
  location.startsWith(`https://${client}.example/cb?`) && new URL(location).searchParams.has('code');

const isForm = (location: string): boolean => location.startsWith('/dex/auth/local/login?');

async function tabs(browser: CookieBrowser, url: string): Promise<readonly string[]> {
  return Promise.all(Array.from({ length: 20 }, () => browser.authorize(url, 'wiki')));
}

describe('a session', () => {
  it('answers the clients that share a login, at every replica, also when the one that made it was killed', async () => {
    await using one: BuiltServer = await startBuiltServer(settings);
    await using other = await startBuiltServer({ ...settings, replicaOf: one });
    const browser = new CookieBrowser();
    expect(isForm(await browser.authorize(one.url, 'wiki'))).toBe(true);
    const login = await browser.logIn(one.url, 'console', true);
    expect(hasCode(login.headers.get('location') ?? '', 'console')).toBe(true);
    expect(login.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^ostiary_session=[\w-]{22}\.[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/),
    );
    await one.server.kill();
    expect(hasCode(await browser.authorize(other.url, 'wiki', { prompt: 'none' }), 'wiki')).toBe(true);
    expect((await tabs(browser, other.url)).every((location) => hasCode(location, 'wiki'))).toBe(true);
    await expect.poll(() => other.server.log()).toContain('session.used');
  });

  it('is forgotten by the browser that is not to remember it', async () => {
    await using server = await startBuiltServer(settings);
    const login = await new CookieBrowser().logIn(server.url, 'console', false);
    expect(login.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^ostiary_session=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/),
    );
  });

  it.skipIf(lacking !== undefined)('answers twenty tabs at once on Redis', async () => {
    await using redis = await startRedis();
    const storage = `{ type: redis, config: { port: ${redis.port} } }`;
    await using server = await startBuiltServer({ ...settings, storage });
    const browser = new CookieBrowser();
    await browser.logIn(server.url, 'console', true);
    expect((await tabs(browser, server.url)).every((location) => hasCode(location, 'wiki'))).toBe(true);
  });
});
