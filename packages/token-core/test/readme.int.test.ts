/** The example of the README does what it says when it is run, to its end. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

it('runs', async () => {
  const [, example = ''] = /^```ts\n(.*?)^```/ms.exec(readFileSync(`${folder}/README.md`, 'utf8')) ?? [];
  const args = ['--input-type=module-typescript', '--conditions=@ostiary/source', '--eval', example];
  const ended = promisify(execFile)(process.execPath, args, { cwd: folder, timeout: 20_000 });
  await expect(ended).resolves.toEqual({ stdout: '', stderr: '' });
});
