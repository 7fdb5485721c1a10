import { startChromium, takeScreenshot } from '@ostiary/tooling-servers';
import { it } from 'vitest';
import { createHost } from '../src/http/host.ts';
import { hostOptions } from './fake-issuer.ts';
import { listen } from './listen.ts';
import { sampleEndpoints, samplePages } from './sample-pages.ts';

it('shots', async () => {
  await using server = await listen((origin) => createHost(hostOptions(sampleEndpoints, { id: `${origin}/dex` })));
  await using browser = await startChromium();
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [kind, viewport] of [
      ['desktop', { width: 1100, height: 760 }],
      ['phone', { width: 390, height: 760 }],
    ] as const) {
      const page = await browser.open({ colorScheme, viewport, scripts: 'off' });
      for (const name of [...Object.keys(samplePages), 'home']) {
        await page.goto(name === 'home' ? `${server.origin}/dex` : `${server.origin}/dex/sample/${name}`);
        await takeScreenshot(page, `/tmp/shots/${name}-${kind}-${colorScheme}.png`);
      }
    }
});
