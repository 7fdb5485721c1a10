/** Packs the published packages the way `pnpm publish` would. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Package, Workspace } from './workspace.ts';

export interface Tarball {
  readonly pkg: Package;
  /** Absolute path of the .tgz file. */
  readonly file: string;
}

/** Packs a workspace once, however many checks ask. */
export type Packer = (workspace: Workspace) => Promise<readonly Tarball[]>;

const report = z.object({ name: z.string(), filename: z.string() });

/** Makes a packer whose tarballs live as long as this process. */
export function createPacker(): Packer {
  const done = new WeakMap<Workspace, Promise<readonly Tarball[]>>();
  return (workspace) => {
    const packed = done.get(workspace) ?? packAll(workspace);
    done.set(workspace, packed);
    return packed;
  };
}

async function packAll(workspace: Workspace): Promise<readonly Tarball[]> {
  const published = workspace.packages.filter((pkg) => pkg.published);
  const target = temporaryFolder('pack');
  const filters = published.map(({ name }) => `--filter=${name}`);
  const { stdout } = await runPnpm([...filters, 'pack', '--pack-destination', target, '--json'], workspace.root);
  // One package is reported as an object, several as a list.
  const packed = z.union([z.array(report), report.transform((one) => [one])]).parse(JSON.parse(stdout));
  return published.map((pkg) => {
    const file = packed.find(({ name }) => name === pkg.name)?.filename;
    if (file === undefined) throw new Error(`pnpm pack did not pack ${pkg.name}`);
    return { pkg, file };
  });
}

const folders = new Set<string>();

/** A new folder that is removed when this process ends. */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `ostiary-${purpose}-`));
  if (folders.size === 0) process.once('exit', removeTemporaryFolders);
  folders.add(folder);
  return folder;
}

/** Removes them now: a test runner ends its workers without telling them. */
export function removeTemporaryFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** Runs pnpm, and programs below it with this very Node. The error of a failed run carries `stdout` and `stderr`. */
export function runPnpm(args: readonly string[], cwd: string): Promise<{ readonly stdout: string }> {
  return run('pnpm', args, { cwd, nodeFolder: dirname(process.execPath) });
}

/** Runs a program with the Node in this folder, as {@link runPnpm} does. */
export function run(
  program: string,
  args: readonly string[],
  { cwd, nodeFolder }: { readonly cwd: string; readonly nodeFolder: string },
): Promise<{ readonly stdout: string }> {
  const env = { ...process.env, PATH: [nodeFolder, process.env.PATH].join(delimiter) };
  return promisify(execFile)(program, args, { cwd, env, maxBuffer: 1 << 26, shell: process.platform === 'win32' });
}

/** What a failed child process had to say, as one line. */
export function saidBy(error: unknown): string {
  const said = z.object({ stdout: z.string(), stderr: z.string() }).safeParse(error);
  const text = said.success ? `${said.data.stderr}\n${said.data.stdout}` : String(error);
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && !line.includes('Unsupported engine'))
    .slice(0, 12)
    .join(' ');
}
