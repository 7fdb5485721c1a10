/** Every published package has its release notes, and release notes name packages that exist. */
import { parse } from 'yaml';
import type { Check, Finding } from '../check.ts';
import type { Workspace } from '../workspace.ts';

const bumps: readonly unknown[] = ['major', 'minor', 'patch'];

export const changesetsPresent: Check = {
  name: 'changesets-present',
  run: (workspace) => {
    const changesets = workspace.files.filter((file) => /^\.changeset\/(?!README)[^/]+\.md$/.test(file));
    const noted = new Set(changesets.flatMap((path) => Object.keys(readHeader(workspace, path))));
    const published = workspace.packages.filter((pkg) => pkg.published);
    const silent = published.filter((pkg) => !noted.has(pkg.name) && !pkg.files.includes(`${pkg.dir}/CHANGELOG.md`));
    const known = new Set(published.map((pkg) => pkg.name));
    return [
      ...silent.map((pkg) => ({
        path: `${pkg.dir}/package.json`,
        problem: `no changeset and no CHANGELOG.md tells about ${pkg.name}.`,
        remedy: 'Add .changeset/<some-name>.md; CONTRIBUTING.md shows the form.',
      })),
      ...changesets.flatMap((path) => checkChangeset(workspace, path, known)),
      ...checkGroups(workspace, known),
    ];
  },
};

type Header = Readonly<Record<string, unknown>>;

const parts = (text: string): RegExpMatchArray | null =>
  text.match(/^---\n(?<header>[\s\S]*?)\n?---\n(?<note>[\s\S]*)$/);

const readHeader = (workspace: Workspace, path: string): Header =>
  (parse(parts(workspace.text(path))?.groups?.header ?? '') as Header | null) ?? {};

function checkChangeset(workspace: Workspace, path: string, known: ReadonlySet<string>): readonly Finding[] {
  const note = parts(workspace.text(path))?.groups?.note;
  if (note === undefined) return [{ path, problem: 'it has no header.', remedy: 'CONTRIBUTING.md shows the form.' }];
  const found: Finding[] = [];
  for (const [name, bump] of Object.entries(readHeader(workspace, path))) {
    if (!known.has(name))
      found.push({ path, problem: `${name} is no published package.`, remedy: 'Correct the name.' });
    if (!bumps.includes(bump)) {
      found.push({ path, problem: `"${bump}" is no kind of release.`, remedy: 'Write major, minor or patch.' });
    }
  }
  if (note.trim() === '')
    found.push({ path, problem: 'it says nothing.', remedy: 'Tell a user what changes for them.' });
  return found;
}

/** Packages that are released together, named in .changeset/config.json. */
function checkGroups(workspace: Workspace, known: ReadonlySet<string>): readonly Finding[] {
  const path = '.changeset/config.json';
  const config = JSON.parse(workspace.text(path) || '{}') as { readonly fixed?: readonly (readonly string[])[] };
  const unknown = (config.fixed ?? []).flat().filter((name) => !name.includes('*') && !known.has(name));
  return unknown.map((name) => ({
    path,
    problem: `fixed names ${name}, which is not published.`,
    remedy: 'Correct the name.',
  }));
}
