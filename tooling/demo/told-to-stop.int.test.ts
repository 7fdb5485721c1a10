import { join } from 'node:path';
import { startProcess } from '@ostiary/tooling-servers';
import { describe, expect, it } from 'vitest';

const told = JSON.stringify(join(import.meta.dirname, 'told-to-stop.ts'));
/** Ends in order, which takes it a moment. */
const program = `import(${told}).then(async ({ toldToStop }) => {
  const stop = toldToStop();
  console.log('ready');
  const busy = setInterval(() => undefined, 1000);
  await stop;
  console.log('ending');
  setTimeout(() => { console.log('ended in order'); clearInterval(busy); process.exit(0); }, 300);
});`;

describe('toldToStop', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'lets a program end in order that gets %s twice',
    async (signal) => {
      await using running = await startProcess({ name: 'demo', command: process.execPath, args: ['-e', program] });
      await running.untilReady(() => running.log().includes('ready'));
      running.child.kill(signal);
      await running.untilReady(() => running.log().includes('ending'));
      running.child.kill(signal);
      expect(await running.exited).toEqual({ code: 0, signal: null });
      expect(running.log()).toContain('ended in order');
    },
  );
});
