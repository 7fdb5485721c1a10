/** Makes a package from a template. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nameProblem, rename } from './names.ts';

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

/**
 * Writes the package and a changeset for it.
 *
 * @returns the paths of the written files, relative to the root.
 * @throws {Error} with a sentence for the user when the name does not do or is taken; nothing is written then.
 */
export function createPackage({ root, kind, name }: Creation): readonly string[] {
  const { folder, prefix } = kinds[kind];
  const problem = nameProblem(name);
  if (problem !== undefined) throw new Error(problem);
  const target = `${folder}/${name}`;
  if (existsSync(join(root, target))) throw new Error(`${target} is there already. Choose another name.`);
  const template = join(import.meta.dirname, 'templates', kind);
  const files = readdirSync(template, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const made = files.map((entry) => {
    const source = join(entry.parentPath, entry.name);
    const path = rename(join(target, source.slice(template.length + 1)), name);
    return [path, rename(readFileSync(source, 'utf8'), name)] as const;
  });
  const note = `---\n"${prefix}${name}": minor\n---\n\nFirst release.\n`;
  const all = [...made, [`.changeset/${kind}-${name}.md`, note] as const];
  for (const [path, text] of all) write(join(root, path), text);
  return all.map(([path]) => path);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
