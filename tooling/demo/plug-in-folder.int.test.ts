import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '@ostiary/tooling-servers';
import { expect, it } from 'vitest';
import { plugInFolder } from './plug-in-folder.ts';

it('runs the built plugin by its name, wherever the workspace is, and puts nothing else on the PATH', async () => {
  await using temporary = await temporaryFolder('plug-in');
  const root = join(temporary.path, `it's a "$HOME"`);
  const dist = join(root, 'apps/kubectl-login/dist');
  await mkdir(dist, { recursive: true });
  await writeFile(join(dist, 'main.cjs'), 'console.log(JSON.stringify([process.version, process.argv.slice(2)]))');
  const folder = await plugInFolder(root);
  expect(await plugInFolder(root)).toBe(folder);
  expect(await readdir(folder)).toEqual(['kubectl-login']);
  const { stdout } = await promisify(execFile)(join(folder, 'kubectl-login'), ['a b', '--x=$1'], { env: {} });
  expect(JSON.parse(stdout)).toEqual([process.version, ['a b', '--x=$1']]);
});
