/**
 * Every page in a real browser, on a desk and on a phone, by day and by night. With `OSTIARY_SHOTS=FOLDER` it leaves
 * pictures there, to look at.
 */
import { join } from 'node:path';
import type { Reply } from '@ostiary/issuer';
import {
  type ChromiumBrowser,
  findAccessibilityProblems,
  requireTool,
  startChromium,
  takeScreenshot,
} from '@ostiary/tooling-servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHost } from '../src/http/host.ts';
import { endpoint, hostOptions } from './fake-issuer.ts';
import { listen } from './listen.ts';
import { hasForm, sampleEndpoints, samplePages } from './sample-pages.ts';

const lacking = requireTool('chromium');
const pictures = process.env.OSTIARY_SHOTS;
const looks = [
  { name: 'desk-light', colorScheme: 'light', viewport: { width: 1100, height: 760 } },
  { name: 'desk-dark', colorScheme: 'dark', viewport: { width: 1100, height: 760 } },
  { name: 'phone-light', colorScheme: 'light', viewport: { width: 360, height: 720 } },
  { name: 'phone-dark', colorScheme: 'dark', viewport: { width: 360, height: 720 } },
] as const;
const pages = [...Object.keys(samplePages), 'home'];

describe.skipIf(lacking !== undefined)('pages', () => {
  const stack = new AsyncDisposableStack();
  let origin: string;
  let chromium: ChromiumBrowser;
  beforeAll(async () => {
    const server = await listen((own) => createHost(hostOptions(sampleEndpoints, { id: `${own}/dex` })));
    origin = stack.use(server).origin;
    chromium = stack.use(await startChromium());
  });
  afterAll(() => stack.disposeAsync());
  const addressOf = (name: string): string => `${origin}/dex${name === 'home' ? '' : `/sample/${name}`}`;

  it.each(looks)('are accessible, fit, and break no policy: $name', async ({ name: look, ...options }) => {
    const page = await chromium.open(options);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${page.url()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
    for (const name of pages) {
      const answer = await page.goto(addressOf(name));
      expect(answer?.headers()['content-type'], name).toBe('text/html; charset=utf-8');
      expect(await findAccessibilityProblems(page), name).toEqual([]);
      const [needed, there] = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]').then(widths);
      expect(needed, `${name} must not scroll sideways`).toBeLessThanOrEqual(there);
      if (pictures !== undefined) await takeScreenshot(page, join(pictures, `${name}-${look}.png`));
    }
    // A refused style, script or form shows here. Pages that are errors are loaded with their status, which is no fault.
    expect(complaints.filter((line) => !line.includes('the server responded with a status'))).toEqual([]);
  });

  it('fit on the narrowest screen with names and texts that have no space to break at', async () => {
    const long = 'Authentication_service_of_the_whole_company_and_of_everybody_else';
    const frontend = { title: long, theme: 'auto', footer: long, supportUrl: 'https://help.example' } as const;
    await using server = await listen((own) =>
      createHost(hostOptions(sampleEndpoints, { id: `${own}/dex`, frontend })),
    );
    const page = await chromium.open({ viewport: { width: 320, height: 600 } });
    await page.goto(`${server.origin}/dex`);
    expect(await page.evaluate('[document.documentElement.scrollWidth, innerWidth]').then(widths)).toEqual([320, 320]);
  });

  it.each(['password-invalid', 'approval'] as const)(
    'send the form once when it is pressed twice: %s',
    async (name) => {
      const sample = samplePages[name];
      if (sample === undefined || !('action' in sample)) throw new Error(`no form on ${name}`);
      const form = { ...sample, action: '/dex/slow' };
      const answer = Promise.withResolvers<void>();
      let sent = 0;
      const slow = async (): Promise<Reply> => {
        sent += 1;
        await answer.promise;
        return { kind: 'page', status: 200, page: { name: 'code', code: 'done' } };
      };
      const endpoints = [
        endpoint('/form', () => ({ kind: 'page', status: 200, page: form })),
        endpoint('/slow', slow, { methods: ['POST'] }),
      ];
      await using server = await listen((own) => createHost(hostOptions(endpoints, { id: `${own}/dex` })));
      const page = await chromium.open();
      await page.goto(`${server.origin}/dex/form`);
      for (const field of await page.locator('#password').all()) await field.fill('secret');
      const box = await page.locator('button.primary').boundingBox();
      const press = (): Promise<void> => page.mouse.click((box?.x ?? 0) + 20, (box?.y ?? 0) + 20);
      await press();
      await expect.poll(() => sent).toBe(1);
      await press();
      answer.resolve();
      await page.waitForURL('**/slow');
      expect(sent).toBe(1);
    },
  );

  it('need no JavaScript: only forms have a script, and a button for who runs none', async () => {
    const page = await chromium.open({ scripts: 'off' });
    for (const name of pages) {
      await page.goto(addressOf(name));
      expect(await page.locator('script').count(), name).toBe(hasForm(name) ? 1 : 0);
      expect(await page.locator('main h1').isVisible(), name).toBe(true);
      for (const form of await page.locator('form').all()) {
        expect(await form.locator('button').isVisible(), name).toBe(true);
      }
    }
  });
});

function widths(value: unknown): readonly [number, number] {
  const [needed, there] = Array.isArray(value) ? value : [];
  return [Number(needed), Number(there)];
}
