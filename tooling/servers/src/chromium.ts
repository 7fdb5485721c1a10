import { createHash, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { toolPath } from './requirements.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Tests stay on this machine: a page that refers to the outside must fail here, not only where there is no network.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
];
const pageTimeoutMs = 15_000;

/** How the browser is to be. */
export interface ChromiumOptions {
  /** PEM text of CAs to trust, beside the system's. */
  readonly trust?: readonly string[] | undefined;
}

/** What a page looks like to the browser; see {@link ChromiumBrowser.open}. */
export interface PageOptions {
  /** `off` to see what the page is worth without JavaScript. */
  readonly scripts?: 'on' | 'off' | undefined;
  readonly locale?: string | undefined;
  readonly colorScheme?: 'light' | 'dark' | undefined;
  readonly viewport?: { readonly width: number; readonly height: number } | undefined;
  /** What to type into the browser's own prompt for a name and a password. */
  readonly httpCredentials?: { readonly username: string; readonly password: string } | undefined;
  /** Headers of every request, for somebody who forges them. */
  readonly extraHTTPHeaders?: Readonly<Record<string, string>> | undefined;
}

/** One finding of axe: the rule, how bad it is, and the elements. */
export interface AccessibilityFinding {
  readonly rule: string;
  readonly impact: string;
  readonly help: string;
  readonly elements: readonly string[];
}

/** Debian's Chromium without a window. */
export interface ChromiumBrowser extends AsyncDisposable {
  /** For what is not offered here. */
  readonly browser: Browser;
  /** A page with cookies of its own; everything on it waits 15 seconds at most. */
  open(options?: PageOptions): Promise<Page>;
}

/** Starts Chromium; it ends with this process or when disposed of. */
export async function startChromium(options: ChromiumOptions = {}): Promise<ChromiumBrowser> {
  const trust = (options.trust ?? []).map(publicKeyHash);
  const browser = await chromium.launch({
    executablePath: toolPath('chromium'),
    args: [...flags, ...(trust.length === 0 ? [] : [`--ignore-certificate-errors-spki-list=${trust.join(',')}`])],
    timeout: 30_000,
  });
  return {
    browser,
    async open({ scripts = 'on', locale, colorScheme, viewport, httpCredentials, extraHTTPHeaders } = {}) {
      const context = await browser.newContext({
        javaScriptEnabled: scripts === 'on',
        ...(locale === undefined ? {} : { locale }),
        ...(colorScheme === undefined ? {} : { colorScheme }),
        ...(viewport === undefined ? {} : { viewport: { ...viewport } }),
        ...(httpCredentials === undefined ? {} : { httpCredentials }),
        ...(extraHTTPHeaders === undefined ? {} : { extraHTTPHeaders }),
      });
      context.setDefaultTimeout(pageTimeoutMs);
      return context.newPage();
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** Chromium trusts a chain that has a certificate with this key in it; nothing else about the check is relaxed. */
function publicKeyHash(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

/** Writes a picture of the whole page to a PNG file; makes its folder. */
export async function takeScreenshot(page: Page, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
}

/** Runs axe on the page (WCAG 2.2 A and AA, and best practices); an empty list is a page without findings. */
export async function findAccessibilityProblems(page: Page): Promise<readonly AccessibilityFinding[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  return violations.map(({ id, impact, help, nodes }) => ({
    rule: id,
    impact: impact ?? 'unknown',
    help,
    elements: nodes.map(({ html }) => html),
  }));
}
