/** A command that a document names can be given: the script, the subcommand or the file is there. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Check, Finding } from '../check.ts';
import { splitMarkdown } from '../markdown.ts';
import type { Workspace } from '../workspace.ts';

/** What npm and pnpm can do besides running scripts, as far as the documents need it. */
const own: Readonly<Record<string, readonly string[]>> = {
  npm: ['install', 'i', 'prefix'],
  pnpm: ['install', 'exec'],
};

export const commands: Check = {
  name: 'commands',
  run: (workspace) => {
    const known = namesOf(workspace);
    const documents = workspace.files.filter((file) => file.endsWith('.md'));
    return documents.flatMap((path) =>
      commandsOf(workspace.text(path)).flatMap(({ line, command }): readonly Finding[] => {
        const problem = problemOf(workspace, { path, command, known });
        return problem ? [{ path: `${path}:${line}`, problem, remedy: 'Correct it, or the list in this check.' }] : [];
      }),
    );
  },
};

interface Names {
  readonly scripts: readonly string[];
  /** Packages at the root, whose programs pnpm runs by their name. */
  readonly programs: readonly string[];
}

function namesOf(workspace: Workspace): Names {
  // The outline of the manifest of the root is what pnpm and npm insist on, too.
  const manifest = JSON.parse(workspace.text('package.json') || '{}') as { readonly [field: string]: object };
  return { scripts: Object.keys(manifest.scripts ?? {}), programs: Object.keys(manifest.devDependencies ?? {}) };
}

interface Command {
  readonly line: number;
  readonly command: string;
}

/** Lines of `sh` blocks, and code in the prose that begins like a command. */
function commandsOf(markdown: string): readonly Command[] {
  const { blocks, prose } = splitMarkdown(markdown);
  const shell = blocks.filter(({ info }) => info === 'sh');
  const lines = shell.flatMap(({ code, line }) =>
    code.split('\n').map((text, index) => ({ line: line + index, command: text })),
  );
  const inline = prose.flatMap((text, index) =>
    [...text.matchAll(/`([^`]+)`/g)].map((match) => ({ line: index + 1, command: match[1] ?? '' })),
  );
  return [...lines, ...inline].flatMap(({ line, command }) =>
    command.split(/&&|\|\||;/).map((part) => ({ line, command: part.replace(/\s#.*$/, '').trim() })),
  );
}

interface Question {
  readonly path: string;
  readonly command: string;
  readonly known: Names;
}

function problemOf(workspace: Workspace, { path, command, known }: Question): string | undefined {
  const [program = '', first, second] = command.split(/\s+/u);
  if (first === undefined || first.startsWith('-')) return undefined;
  if (program === 'bash' || program === 'node') {
    const places = [workspace.root, join(workspace.root, dirname(path))];
    return places.some((place) => existsSync(join(place, first))) ? undefined : `\`${command}\`: there is no ${first}.`;
  }
  const verbs = own[program];
  if (verbs === undefined) return undefined;
  const isScript = (name: string): boolean => known.scripts.includes(name);
  const runs = program === 'pnpm' ? [...known.scripts, ...known.programs] : ['start', 'test'].filter(isScript);
  const name = first === 'run' ? (second ?? '') : first;
  if (first === 'run' ? isScript(name) : [...verbs, ...runs].includes(name)) return undefined;
  return `\`${command}\`: ${name} is neither a script of this workspace nor known of ${program}.`;
}
