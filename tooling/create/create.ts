/** Makes a package from a template. */
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nameProblem, namesIn, rename } from './names.ts';

export const kinds = {
  connector: { folder: 'packages/connectors', prefix: '@ostiary/connector-' },
  storage: { folder: 'packages/storage', prefix: '@ostiary/storage-' },
} as const;

export type Kind = keyof typeof kinds;

export const isKind = (text: string | undefined): text is Kind => text !== undefined && Object.hasOwn(kinds, text);

export interface Creation {
  /** Absolute path of the workspace. */
  readonly root: string;
  readonly kind: Kind;
  readonly name: string;
}

/** What belongs to a package of this name, relative to the root. */
export const placesOf = ({ kind, name }: Creation): { readonly folder: string; readonly changeset: string } => ({
  folder: `${kinds[kind].folder}/${name}`,
  changeset: `.changeset/${kind}-${name}.md`,
});

/**
 * Refuses a name before anything is written.
 *
 * @throws {Error} with a sentence for the user when the name does not do or is taken.
 */
export function refuseName(creation: Creation): void {
  const { root, kind, name } = creation;
  const problem = nameProblem(name, namesIn(templateOf(kind).map(codeOf)));
  if (problem !== undefined) throw new Error(problem);
  const full = kinds[kind].prefix + name;
  const { folder, changeset } = placesOf(creation);
  const there = [folder, changeset].find((path) => existsSync(join(root, path)));
  if (there !== undefined) throw new Error(`${there} is there already. Choose another name.`);
  const owner = manifests(root).find((path) => nameIn(join(root, path)) === full);
  if (owner !== undefined) throw new Error(`${full} is the package of ${owner} already. Choose another name.`);
}

/**
 * Writes the package and a changeset for it.
 *
 * @returns the paths of the written files, relative to the root.
 * @throws {Error} as `refuseName` does; nothing is written then.
 */
export function createPackage(creation: Creation): readonly string[] {
  refuseName(creation);
  const { root, kind, name } = creation;
  const { folder, changeset } = placesOf(creation);
  const made = templateOf(kind).map(
    ({ path, text }) => [join(folder, rename(path, name)), rename(text, name)] as const,
  );
  const note = `---\n"${kinds[kind].prefix}${name}": minor\n---\n\nFirst release.\n`;
  const all = [...made, [changeset, note] as const];
  for (const [path, text] of all) write(join(root, path), text);
  return all.map(([path]) => path);
}

interface TemplateFile {
  /** Relative to the template. */
  readonly path: string;
  readonly text: string;
}

function templateOf(kind: Kind): readonly TemplateFile[] {
  const template = join(import.meta.dirname, 'templates', kind);
  const files = readdirSync(template, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => {
    const source = join(entry.parentPath, entry.name);
    return { path: source.slice(template.length + 1), text: readFileSync(source, 'utf8') };
  });
}

/** What compiles in a file: all of a source, the examples of a README. */
function codeOf({ path, text }: TemplateFile): string {
  if (path.endsWith('.ts')) return text;
  return path.endsWith('.md') ? (text.match(/^```ts$.*?^```$/gms) ?? []).join('\n') : '';
}

const manifests = (root: string): readonly string[] =>
  globSync('{packages,apps,tooling}/{*,*/*}/package.json', { cwd: root, exclude: (path) => /node_modules/.test(path) });

function nameIn(path: string): unknown {
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'name' in manifest ? manifest.name : undefined;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
