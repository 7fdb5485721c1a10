/** A folder for the PATH that has the built kubectl plugin under its name. */
import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes `.ostiary/bin` with `kubectl-login` in it, and the Node that runs this beside it: the machine's own may be
 * older than the plugin wants.
 *
 * @returns the folder.
 */
export async function plugInFolder(root: string): Promise<string> {
  const folder = join(root, '.ostiary', 'bin');
  await mkdir(folder, { recursive: true });
  const plugIn = join(root, 'apps/kubectl-login/dist/main.cjs');
  await chmod(plugIn, 0o755);
  for (const [name, target] of [
    ['kubectl-login', plugIn],
    ['node', process.execPath],
  ] as const) {
    await rm(join(folder, name), { force: true });
    await symlink(target, join(folder, name));
  }
  return folder;
}
