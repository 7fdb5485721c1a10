/** Imports follow the table in data/allowed-imports.ts, in manifests and in sources. */
import { isBuiltin } from 'node:module';
import { dirname, join, matchesGlob } from 'node:path/posix';
import type { Check, Finding } from '../check.ts';
import { everywhere, type Layer, layers, ownLibraries, plugInDirs, sharedContracts } from '../data/allowed-imports.ts';
import { type ImportStatement, importsOf } from '../syntax.ts';
import {
  dependencyKinds,
  isConfig,
  isSource,
  isTest,
  type Package,
  runtimeKinds,
  type Workspace,
} from '../workspace.ts';

const table = 'tooling/repo-checks/data/allowed-imports.ts';

export const importDirections: Check = {
  name: 'import-directions',
  run: (workspace) => workspace.packages.flatMap((pkg) => checkPackage(workspace, pkg)),
};

/** What the rules below need to know about the package they look at. */
interface Place {
  readonly workspace: Workspace;
  readonly pkg: Package;
  readonly layer: Layer;
}

function checkPackage(workspace: Workspace, pkg: Package): readonly Finding[] {
  const layer = layers.find(({ dir }) => matchesGlob(pkg.dir, dir));
  if (layer === undefined) {
    return [finding(`${pkg.dir}/package.json`, 'no layer covers this folder.', `Add a line for it to ${table}.`)];
  }
  const place = { workspace, pkg, layer };
  const sources = pkg.files.filter((file) => isSource(file) && !isConfig(file));
  return [...checkManifest(place), ...checkPeers(pkg), ...sources.flatMap((file) => checkFile(place, file))];
}

function checkManifest({ workspace, pkg, layer }: Place): readonly Finding[] {
  const path = `${pkg.dir}/package.json`;
  return dependencyKinds.flatMap((kind) =>
    Object.keys(pkg.manifest[kind] ?? {}).flatMap((name) => {
      const target = workspace.packages.find((other) => other.name === name);
      const allowed = target ? mayUsePackage(layer, name, kind === 'devDependencies') : mayUseLibrary(pkg, layer, name);
      if (kind === 'devDependencies' && (target === undefined || isTooling(target))) return [];
      if (target && isTooling(target) && pkg.published) {
        return [finding(path, `${kind} names the private package ${name}.`, 'Move it to devDependencies.')];
      }
      return allowed
        ? []
        : [finding(path, `${kind} names ${name}, which ${layer.dir} may not import.`, remedyFor(name))];
    }),
  );
}

function checkPeers(pkg: Package): readonly Finding[] {
  if (!plugInDirs.some((dir) => matchesGlob(pkg.dir, dir))) return [];
  const has = (kind: 'dependencies' | 'peerDependencies' | 'devDependencies', name: string): boolean =>
    Object.hasOwn(pkg.manifest[kind] ?? {}, name);
  const used = sharedContracts.filter((name) =>
    dependencyKinds.some((kind) => Object.hasOwn(pkg.manifest[kind] ?? {}, name)),
  );
  const wrong = used.filter(
    (name) => has('dependencies', name) || !has('peerDependencies', name) || !has('devDependencies', name),
  );
  return wrong.map((name) =>
    finding(
      `${pkg.dir}/package.json`,
      `${name} is not a peer dependency, so two copies of it could be loaded.`,
      'Name it in peerDependencies and in devDependencies, not in dependencies.',
    ),
  );
}

function checkFile(place: Place, file: string): readonly Finding[] {
  return importsOf(place.workspace.source(file)).flatMap((statement) => {
    const [problem, remedy] = checkImport(place, file, statement) ?? [];
    return problem && remedy ? [finding(`${file}:${statement.line}`, problem, remedy)] : [];
  });
}

type Objection = readonly [problem: string, remedy: string];

function checkImport(place: Place, file: string, statement: ImportStatement): Objection | undefined {
  const { specifier } = statement;
  if (specifier.startsWith('.')) return checkRelative(place, file, specifier);
  if (isBuiltin(specifier)) {
    if (place.layer.node || isTest(file)) return undefined;
    return [`imports ${specifier}, but ${place.layer.dir} does no I/O.`, 'Take the effect as a parameter instead.'];
  }
  const name = packageName(specifier);
  if (name === place.pkg.name) return undefined;
  const target = place.workspace.packages.find((other) => other.name === name);
  if (target) return checkSibling(place, file, { specifier, target });
  return isDescribed(place, file, statement) ? undefined : checkLibrary(place, file, name);
}

function checkRelative({ pkg }: Place, file: string, specifier: string): Objection | undefined {
  const target = join(dirname(file), specifier);
  if (target.startsWith(`${pkg.dir}/`)) return undefined;
  return [`imports ${specifier}, which lies outside its package.`, 'Import the other package by its name.'];
}

interface Sibling {
  readonly specifier: string;
  readonly target: Package;
}

function checkSibling({ pkg, layer }: Place, file: string, { specifier, target }: Sibling): Objection | undefined {
  const { name } = target;
  if (!mayUsePackage(layer, name, isTest(file)) && !(isTest(file) && isTooling(target))) {
    return [`imports ${name}, which ${layer.dir} may not import.`, remedyFor(name)];
  }
  const subpath = `.${specifier.slice(name.length)}`;
  if (!Object.hasOwn(target.manifest.exports ?? {}, subpath)) {
    return [
      `imports ${specifier}, which ${name} does not export.`,
      `Use an entry of exports in ${target.dir}/package.json.`,
    ];
  }
  return isDeclared({ pkg, layer }, file, name) ? undefined : undeclared(name, file);
}

function checkLibrary({ workspace, pkg, layer }: Place, file: string, name: string): Objection | undefined {
  const root = JSON.parse(workspace.text('package.json') || '{}') as Package['manifest'];
  if (isTest(file) && (Object.hasOwn(root.devDependencies ?? {}, name) || isDeclared({ pkg, layer }, file, name)))
    return undefined;
  if (!mayUseLibrary(pkg, layer, name)) return [`imports ${name}, which ${layer.dir} may not import.`, remedyFor(name)];
  return isDeclared({ pkg, layer }, file, name) ? undefined : undeclared(name, file);
}

/** A test may compare with the types of a library that it never loads: those in `@types`. */
function isDescribed({ pkg }: Place, file: string, { specifier, typesOnly }: ImportStatement): boolean {
  return (
    typesOnly && isTest(file) && Object.hasOwn(pkg.manifest.devDependencies ?? {}, `@types/${packageName(specifier)}`)
  );
}

function isDeclared({ pkg, layer }: Omit<Place, 'workspace'>, file: string, name: string): boolean {
  const kinds = isTest(file) || !pkg.published || layer.bundled ? dependencyKinds : runtimeKinds;
  return kinds.some((kind) => Object.hasOwn(pkg.manifest[kind] ?? {}, name));
}

const undeclared = (name: string, file: string): Objection => [
  `imports ${name}, which its package.json does not declare.`,
  `Add it to ${isTest(file) ? 'devDependencies' : 'dependencies'}.`,
];

function mayUsePackage(layer: Layer, name: string, inTests: boolean): boolean {
  const allowed = inTests ? [...layer.workspace, ...(layer.workspaceInTests ?? [])] : layer.workspace;
  return allowed.some((pattern) => matchesGlob(name, pattern));
}

function mayUseLibrary(pkg: Package, layer: Layer, name: string): boolean {
  if (layer.libraries === 'any') return true;
  const shared = layer.dir === 'packages/primitives' ? [] : everywhere;
  return [...layer.libraries, ...shared, ...(ownLibraries[pkg.dir] ?? [])].some((library) => library.name === name);
}

const isTooling = (pkg: Package): boolean => pkg.dir.startsWith('tooling/');

const remedyFor = (name: string): string =>
  `Remove it; if ${name} is right here, add a line with the reason to ${table}.`;

/** `@scope/name/deep/path` to `@scope/name`. */
const packageName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const finding = (path: string, problem: string, remedy: string): Finding => ({ path, problem, remedy });
