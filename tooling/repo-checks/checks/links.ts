/** Relative links in Markdown lead somewhere, and the README lists every published package. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import type { Check, Finding } from '../check.ts';
import { anchorsOf, splitMarkdown } from '../markdown.ts';
import type { Workspace } from '../workspace.ts';

export const links: Check = {
  name: 'links',
  run: (workspace) => [
    ...workspace.files.filter((file) => file.endsWith('.md')).flatMap((file) => checkLinks(workspace, file)),
    ...checkPackageTable(workspace),
  ],
};

/** `[text](target "title")`, `![alt](target)` and `[label]: target`. */
const inline = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const definition = /^\s{0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?/g;
const external = /^[a-z][a-z0-9+.-]*:|^\/\//i;

function checkLinks(workspace: Workspace, path: string): readonly Finding[] {
  const { prose } = splitMarkdown(workspace.text(path));
  return prose.flatMap((line, index) => {
    const text = line.replace(/`[^`]*`/g, '');
    const targets = [...text.matchAll(inline), ...text.matchAll(definition)].map((match) => match[1] ?? '');
    return targets.flatMap((target) => {
      const problem = problemOf(workspace, path, target);
      return problem ? [{ path: `${path}:${index + 1}`, problem, remedy: 'Correct the link.' }] : [];
    });
  });
}

function problemOf(workspace: Workspace, path: string, target: string): string | undefined {
  if (external.test(target)) return undefined;
  const [file = '', anchor] = target.split('#').map(decodeURIComponent);
  const goal = file === '' ? path : normalize(join(dirname(path), file));
  if (goal.startsWith('..') || file.startsWith('/')) return `the link ${target} leaves the repository.`;
  if (!existsSync(join(workspace.root, goal))) return `the link ${target} leads nowhere.`;
  if (anchor === undefined || !goal.endsWith('.md') || anchorsOf(workspace.text(goal)).has(anchor)) return undefined;
  return `the link ${target} names a heading that is not there.`;
}

function checkPackageTable(workspace: Workspace): readonly Finding[] {
  const text = workspace.text('README.md');
  const missing = workspace.packages.filter(({ published, name }) => published && !text.includes(`\`${name}\``));
  return missing.map(({ name }) => ({
    path: 'README.md',
    problem: `it does not list \`${name}\`.`,
    remedy: 'Add it to the table of packages.',
  }));
}
