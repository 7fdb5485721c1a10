/** Packages and bundles stay free of what data/forbidden-inside.ts names, however it would get in. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { matchesGlob } from 'node:path/posix';
import ts from 'typescript';
import type { Check, Finding } from '../check.ts';
import { type BundleRule, bundles, type ClosureRule, closures } from '../data/forbidden-inside.ts';
import { importsOf } from '../syntax.ts';
import type { Manifest, Package, Workspace } from '../workspace.ts';

export interface ForbiddenInsideRules {
  readonly closures: readonly ClosureRule[];
  readonly bundles: readonly BundleRule[];
}

/** Makes the check `forbidden-inside`. */
export const forbiddenInside = (rules: ForbiddenInsideRules = { closures, bundles }): Check => ({
  name: 'forbidden-inside',
  run: (workspace) => [
    ...workspace.packages.flatMap((pkg) =>
      rules.closures
        .filter(({ dir }) => matchesGlob(pkg.dir, dir))
        .flatMap((rule) => checkPackage(workspace, pkg, rule)),
    ),
    ...rules.bundles.flatMap((rule) => checkBundle(workspace, rule)),
  ],
});

function checkPackage(workspace: Workspace, pkg: Package, rule: ClosureRule): readonly Finding[] {
  const dir = join(workspace.root, pkg.dir);
  const inside = new Map([...installed(dir), ...bundled(join(dir, 'dist'))]);
  const hits = [...inside].filter(([name]) => rule.forbidden.includes(name) || rule.forbidden.includes('*'));
  return hits.map(([name, way]) => ({
    path: `${pkg.dir}/package.json`,
    problem: `${name} is inside (${way}), but ${rule.because}.`,
    remedy: 'Remove what brings it in.',
  }));
}

/** Every package that comes along when the one in `start` is installed, with the way it comes. */
function installed(start: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const queue: { readonly dir: string; readonly way: string }[] = [{ dir: start, way: '' }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { dir, way } = next;
    const { dependencies, peerDependencies, optionalDependencies, peerDependenciesMeta } = readManifest(dir);
    const optional = (peerDependenciesMeta ?? {}) as Readonly<Record<string, { readonly optional?: boolean }>>;
    const names = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
    for (const name of names.filter((one) => !found.has(one) && optional[one]?.optional !== true)) {
      const here = way === '' ? name : `${way} > ${name}`;
      const at = locate(name, dir);
      found.set(name, here);
      if (at !== undefined) queue.push({ dir: at, way: here });
    }
  }
  return found;
}

const readManifest = (dir: string): Manifest => JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Manifest;

/** Looks for an installed package the way Node does; what is not there was optional and not for this platform. */
function locate(name: string, from: string): string | undefined {
  const at = join(from, 'node_modules', name);
  if (existsSync(join(at, 'package.json'))) return realpathSync(at);
  const parent = dirname(from);
  return parent === from ? undefined : locate(name, parent);
}

/** What the built files import, and what a bundler put into them by the sources that their maps name. */
function bundled(dist: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const files = existsSync(dist) ? readdirSync(dist, { recursive: true, encoding: 'utf8' }) : [];
  for (const file of files) {
    if (/\.[cm]?js$/.test(file)) {
      const names = loadedBy(join(dist, file)).filter((name) => !isBuiltin(name));
      for (const name of names) found.set(packageName(name), `imported by dist/${file}`);
    }
    if (!/\.[cm]?js\.map$/.test(file)) continue;
    const { sources } = JSON.parse(readFileSync(join(dist, file), 'utf8')) as { readonly sources: readonly string[] };
    for (const source of sources) {
      const name = source.match(/.*\/node_modules\/(.+)$/)?.[1];
      if (name !== undefined) found.set(packageName(name), `bundled into dist/${file.slice(0, -4)}`);
    }
  }
  return found;
}

/** Modules that a built file loads, its own parts left out. */
function loadedBy(path: string): readonly string[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const specifiers = importsOf(source).map(({ specifier }) => specifier);
  return specifiers.filter((specifier) => !specifier.startsWith('.'));
}

const packageName = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');

function checkBundle(workspace: Workspace, rule: BundleRule): readonly Finding[] {
  const path = join(workspace.root, rule.file);
  const finding = (problem: string, remedy: string): Finding => ({ path: rule.file, problem, remedy });
  if (!existsSync(path))
    return [finding('it has not been built.', 'Run pnpm build, or correct data/forbidden-inside.ts.')];
  const extra = loadedBy(path).filter((name) => !rule.mayLoad.includes(name));
  const size = readFileSync(path).byteLength;
  const large = size > rule.maxBytes ? [`it has ${size} bytes, ${rule.maxBytes} is the limit`] : [];
  const problems = [...extra.map((name) => `it loads ${name}`), ...large];
  return problems.map((problem) =>
    finding(`${problem}, but ${rule.because}.`, 'Move that into a part that is loaded later.'),
  );
}
