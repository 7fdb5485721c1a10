/** The workspace as the checks see it: its files, its packages and its parsed sources, each read once. */
import { existsSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import ts from 'typescript';
import { parse } from 'yaml';

export type DependencyKind = 'dependencies' | 'peerDependencies' | 'optionalDependencies' | 'devDependencies';

export const dependencyKinds: readonly DependencyKind[] = [
  'dependencies',
  'peerDependencies',
  'optionalDependencies',
  'devDependencies',
];

/** What installs together with a package, as opposed to what only its tests and build use. */
export const runtimeKinds: readonly DependencyKind[] = dependencyKinds.filter((kind) => kind !== 'devDependencies');

export type ExportTarget = string | null | { readonly [condition: string]: ExportTarget };

/** The fields of a package.json that the checks read. A field of the wrong type is package-shape's business. */
export type Manifest = {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: { readonly [subpath: string]: ExportTarget };
  readonly bin?: string | Readonly<Record<string, string>>;
} & { readonly [kind in DependencyKind]?: Readonly<Record<string, string>> } & { readonly [field: string]: unknown };

export interface Package {
  /** Folder relative to the root, with `/` as separator. */
  readonly dir: string;
  readonly name: string;
  readonly manifest: Manifest;
  /** True for a package that goes to the npm registry. */
  readonly published: boolean;
  /** Files of the package, relative to the root of the workspace. */
  readonly files: readonly string[];
}

export interface Workspace {
  readonly root: string;
  /** Files under version control, or about to be, relative to the root, with `/` as separator. */
  readonly files: readonly string[];
  readonly packages: readonly Package[];
  /** Text of a file; the empty string when it is not there. */
  text(path: string): string;
  /** The parsed source of a TypeScript or JavaScript file. */
  source(path: string): ts.SourceFile;
}

const sourceFile = /\.[cm]?[jt]sx?$/;
const testFile = /\.(test|test-d)\.tsx?$|(^|\/)(test|test-d)\//;

/** True for what TypeScript can parse. */
export const isSource = (path: string): boolean => sourceFile.test(path);

/** True for tests and for what only tests use. */
export const isTest = (path: string): boolean => testFile.test(path);

/** A template is the material of a package, not a part of the package that copies it. */
export const isTemplate = (path: string): boolean => path.startsWith('tooling/create/templates/');

/** A file that configures a tool and is no part of the package it lies in. */
export const isConfig = (path: string): boolean => /\.config\.[cm]?[jt]s$/.test(path);

/**
 * Reads a workspace.
 *
 * @param root absolute path of the folder with pnpm-workspace.yaml
 * @param files what `git ls-files` would list there
 */
export function openWorkspace(root: string, files: readonly string[]): Workspace {
  const present = files.filter((file) => existsSync(join(root, file))).toSorted();
  const texts = new Map<string, string>();
  const sources = new Map<string, ts.SourceFile>();
  const text = (path: string): string => cached(texts, path, () => readText(join(root, path)));
  const source = (path: string): ts.SourceFile => cached(sources, path, () => parseSource(path, text(path)));
  return { root, files: present, packages: findPackages(present, text), text, source };
}

function findPackages(files: readonly string[], text: (path: string) => string): readonly Package[] {
  const settings = parse(text('pnpm-workspace.yaml')) as { readonly packages?: readonly string[] } | null;
  const globs = settings?.packages ?? [];
  const dirs = files.filter((file) => file.endsWith('/package.json')).map((file) => file.slice(0, -13));
  const members = dirs.filter((dir) => globs.some((glob) => matchesGlob(dir, glob)));
  return members.map((dir) => {
    // A manifest is checked field by field where it matters (package-shape); here only its outline is taken.
    const manifest = JSON.parse(text(`${dir}/package.json`)) as Manifest;
    const own = files.filter((file) => file.startsWith(`${dir}/`) && !isTemplate(file));
    return { dir, name: manifest.name, manifest, published: manifest.private !== true, files: own };
  });
}

function cached<T>(store: Map<string, T>, key: string, make: () => T): T {
  const known = store.get(key);
  if (known !== undefined) return known;
  const made = make();
  store.set(key, made);
  return made;
}

const readText = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

const parseSource = (path: string, text: string): ts.SourceFile =>
  ts.createSourceFile(path, text, { languageVersion: ts.ScriptTarget.Latest }, true);
