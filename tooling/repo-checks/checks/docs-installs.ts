/** What a README has people install is all that its examples import. Some package managers hide what is deeper. */
import type { Check, Finding } from '../check.ts';
import { splitMarkdown } from '../markdown.ts';
import type { Workspace } from '../workspace.ts';

export const docsInstalls: Check = {
  name: 'docs-installs',
  run: (workspace) =>
    workspace.files.filter((file) => file.endsWith('README.md')).flatMap((file) => checkInstalls(workspace, file)),
};

/** A line that installs into a project; a program (`-g`) is another matter. */
const install = /^(?:npm (?:i|install)|pnpm add) (?!-g )(?<names>(?:\\\n|.)+)$/gm;
const imported = /(?:from|import) '(?<name>(?:@[^/']+\/)?[^./'][^/']*)/g;

function checkInstalls(workspace: Workspace, path: string): readonly Finding[] {
  const { blocks } = splitMarkdown(workspace.text(path));
  const installed = new Set(blocks.flatMap(({ code }) => wordsOf(code, install, 'names')));
  if (installed.size === 0) return [];
  const examples = blocks.filter(({ info }) => /^(?:ts|typescript)\b/.test(info));
  const needed = new Set(examples.flatMap(({ code }) => wordsOf(code, imported, 'name')));
  const missing = [...needed].filter((name) => !name.startsWith('node:') && !installed.has(name));
  return missing.map((name) => ({
    path,
    problem: `an example imports ${name}, which nobody is told to install.`,
    remedy: 'Add it to the line with npm i.',
  }));
}

/** The words behind every match of a group. */
function wordsOf(code: string, expression: RegExp, group: string): readonly string[] {
  return [...code.matchAll(expression)].flatMap(({ groups }) => (groups?.[group] ?? '').split(/\s+/));
}
