import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const workerFile = fileURLToPath(new URL('./worker.ts', import.meta.url));

// In a process of its own: the recursive mkdir of Node 24 never ends below /proc, and nothing but a signal stops it.
it.runIf(process.platform === 'linux')('a path in a folder that cannot be made ends the start', async () => {
  const args = ['--conditions=@ostiary/source', workerFile, '/proc/none/ostiary.db'];
  const ended = promisify(execFile)(process.execPath, args, { timeout: 20_000, killSignal: 'SIGKILL' });
  await expect(ended).rejects.toMatchObject({
    killed: false,
    stderr: expect.stringContaining('/proc/none/ostiary.db is in a folder that cannot be made'),
  });
});
