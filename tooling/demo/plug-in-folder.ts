/** A folder for the PATH that has the built kubectl plugin under its name. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes `.ostiary/bin` with nothing but `kubectl-login` in it, which runs the built plugin with the Node that runs this:
 * the machine's own may be older than the plugin wants, and a `node` in this folder would stand before it for everybody
 * else in that terminal.
 *
 * @returns the folder.
 */
export async function plugInFolder(root: string): Promise<string> {
  const folder = join(root, '.ostiary', 'bin');
  const plugIn = join(root, 'apps/kubectl-login/dist/main.cjs');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  // exec: the process that kubectl started is the plugin itself.
  const script = `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(plugIn)} "$@"\n`;
  await writeFile(join(folder, 'kubectl-login'), script, { mode: 0o755 });
  return folder;
}

/** For a shell, whatever the text holds. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
