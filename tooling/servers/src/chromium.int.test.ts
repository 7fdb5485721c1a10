import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from './certificates.ts';
import { type ChromiumBrowser, findAccessibilityProblems, startChromium, takeScreenshot } from './chromium.ts';
import { freePort } from './free-port.ts';
import { requireTool } from './requirements.ts';
import { temporaryFolder } from './temporary-folder.ts';

const good = `<!doctype html><html lang="en"><title>Door</title><main><h1>Door</h1>
  <button type="button" onclick="document.querySelector('p').textContent = 'open'">Knock</button><p>closed</p></main></html>`;
const bad = '<!doctype html><html><title>Bad</title><img src="data:,"><input></html>';

async function serve(server: Server, scheme: string): Promise<AsyncDisposable & { readonly url: string }> {
  const port = await freePort();
  server.on('request', (request, reply) => {
    reply.setHeader('content-type', 'text/html');
    reply.end(request.url === '/bad' ? bad : good);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.skipIf(requireTool('chromium', 'openssl') !== undefined)('chromium', () => {
  const stack = new AsyncDisposableStack();
  let browser: ChromiumBrowser;
  let url: string;

  beforeAll(async () => {
    browser = stack.use(await startChromium());
    url = stack.use(await serve(createHttpServer(), 'http')).url;
  });
  afterAll(() => stack.disposeAsync());

  it('clicks a button, and a script answers', async () => {
    const page = await browser.open();
    await page.goto(url);
    await page.getByRole('button', { name: 'Knock' }).click();
    expect(await page.locator('p').textContent()).toBe('open');
  });

  it('runs no script on a page that is opened without', async () => {
    const page = await browser.open({ scripts: 'off' });
    await page.goto(url);
    await page.getByRole('button', { name: 'Knock' }).click();
    expect(await page.locator('p').textContent()).toBe('closed');
  });

  it('takes a picture', async () => {
    await using folder = await temporaryFolder('pictures');
    const page = await browser.open({ viewport: { width: 320, height: 200 } });
    await page.goto(url);
    await takeScreenshot(page, `${folder.path}/new/door.png`);
    expect((await readFile(`${folder.path}/new/door.png`)).subarray(1, 4).toString()).toBe('PNG');
  });

  it('finds what axe finds, and nothing on a good page', async () => {
    const page = await browser.open();
    await page.goto(url);
    expect(await findAccessibilityProblems(page)).toEqual([]);
    await page.goto(`${url}/bad`);
    const rules = (await findAccessibilityProblems(page)).map(({ rule }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['html-has-lang', 'image-alt', 'label']));
  });

  it('trusts a CA only when told to', async () => {
    await using authority = await createAuthority();
    const { certificate, key } = await authority.issue();
    await using site = await serve(createHttpsServer({ cert: certificate, key }), 'https');
    await expect((await browser.open()).goto(site.url)).rejects.toThrow(/ERR_CERT/);
    await using trusting = await startChromium({ trust: [authority.ca] });
    const page = await trusting.open();
    await page.goto(site.url);
    expect(await page.title()).toBe('Door');
  });

  it('reaches nothing outside this machine', async () => {
    await expect((await browser.open()).goto('http://example.com')).rejects.toThrow(/ERR_NAME_NOT_RESOLVED/);
  });
});
