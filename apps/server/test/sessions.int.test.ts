/** Sessions of browsers at the built server: one login for two clients, over replicas, restarts and storages. */
import { requireTool, startRedis } from '@ostiary/tooling-servers';
import { describe, expect, it } from 'vitest';
import { type BuiltServer, type BuiltServerSettings, startBuiltServer } from './built-server.ts';

const lacking = requireTool('redis-server');

const settings: BuiltServerSettings = {
  clients: [
    '{ id: console, name: Console, secret: s, redirectURIs: ["https://console.example/cb"], ssoSharedWith: [wiki] }',
    '{ id: wiki, name: Wiki, secret: s, redirectURIs: ["https://wiki.example/cb"] }',
  ],
  more: `
sessions: { absoluteLifetime: 12h }
enablePasswordDB: true
staticPasswords:
  - { email: admin@example.com, userID: "1", username: admin, groups: [authors],
      hash: "$2y$10$t9j6A1CN4S41ZotMe601U.U6NWfS3QwGWNAfuGrJXzZ3z1SWlZGpe" }
`,
};

/** A browser as far as it matters: it keeps cookies and goes where it is sent within the issuer. */
class CookieBrowser {
  readonly cookies = new Map<string, string>();

  async visit(url: string, body?: URLSearchParams): Promise<Response> {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
    const headers = { cookie, origin: new URL(url).origin };
    const answer = await fetch(url, {
      redirect: 'manual',
      headers,
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** Where an authorization request leads: the form, or the client. */
  async authorize(url: string, client: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
    const asked = { client_id: client, redirect_uri: `https://${client}.example/cb`, response_type: 'code', ...more };
    const query = new URLSearchParams({ scope: 'openid groups', ...asked });
    const answer = await this.visit(`${url}/auth/local?${query}`);
    return answer.headers.get('location') ?? `status ${answer.status}`;
  }

  async logIn(url: string, client: string, rememberMe: boolean): Promise<Response> {
    const form = await this.authorize(url, client, { prompt: 'login' });
    const typed = { login: 'admin@example.com', password: 'password', ...(rememberMe ? { remember_me: 'on' } : {}) };
    return this.visit(new URL(form, url).href, new URLSearchParams(typed));
  }
}

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
    expect(other.server.log()).toContain('session.used');
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
