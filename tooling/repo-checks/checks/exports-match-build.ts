/** What `exports` and `bin` promise has been built, and what has been built is promised. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Check, Finding } from '../check.ts';
import type { ExportTarget, Package, Workspace } from '../workspace.ts';

const sourceCondition = '@ostiary/source';
/** Parts that several entries share get a hash in their name. */
const sharedPart = /-[A-Z0-9]{8}\.js$/;

export const exportsMatchBuild: Check = {
  name: 'exports-match-build',
  run: (workspace) => workspace.packages.filter((pkg) => pkg.published).flatMap((pkg) => checkPackage(workspace, pkg)),
};

function checkPackage(workspace: Workspace, pkg: Package): readonly Finding[] {
  const dist = join(workspace.root, pkg.dir, 'dist');
  const path = `${pkg.dir}/package.json`;
  if (!existsSync(dist)) return [{ path, problem: 'the package has not been built.', remedy: 'Run pnpm build.' }];
  const promised = new Set([...exportedFiles(pkg), ...binaries(pkg)]);
  const absent = [...promised].filter((file) => !existsSync(join(workspace.root, pkg.dir, file)));
  const built = readdirSync(dist, { recursive: true, encoding: 'utf8' }).map(
    (file) => `./dist/${file.replaceAll('\\', '/')}`,
  );
  const extra = isProgram(pkg) ? [] : built.filter((file) => isEntry(file) && !promised.has(file));
  return [
    ...absent.map((file) => ({
      path,
      problem: `it promises ${file}, which is not there.`,
      remedy: 'Run pnpm build; if it stays away, correct exports or bin.',
    })),
    ...extra.map((file) => ({
      path,
      problem: `${file} has been built, but no entry of exports names it.`,
      remedy: 'Declare it in exports, or take it out of tsup.config.ts; a stale dist is cured by pnpm build.',
    })),
  ];
}

const isEntry = (file: string): boolean => file.endsWith('.js') && !sharedPart.test(file);

/** A program's files serve its binaries; nobody imports them. */
const isProgram = (pkg: Package): boolean => pkg.manifest.bin !== undefined;

const exportedFiles = (pkg: Package): readonly string[] =>
  Object.values(pkg.manifest.exports ?? {}).flatMap(targetFiles);

function targetFiles(target: ExportTarget): readonly string[] {
  if (target === null) return [];
  if (typeof target === 'string') return [target];
  return Object.entries(target).flatMap(([condition, file]) =>
    condition === sourceCondition ? [] : targetFiles(file),
  );
}

function binaries({ manifest: { bin = {} } }: Package): readonly string[] {
  const files = typeof bin === 'string' ? [bin] : Object.values(bin);
  return files.map((file) => (file.startsWith('./') ? file : `./${file}`));
}
