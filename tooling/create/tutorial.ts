/**
 * Follows a tutorial as a reader would. Code blocks are steps:
 *
 * - `sh`: commands, one a line
 * - `text` behind it: lines that must be in what the last commands wrote
 * - a language and a path: the whole new text of that file
 * - `diff` and a path: lines to take away and to put in, between lines that stay
 *
 * Other blocks (diagrams, output of other things) are only read.
 */
import { splitMarkdown } from '@ostiary/tooling-repo-checks/markdown';

/** One thing to do, and the line of the page that says so. */
export type Step = { readonly line: number } & (
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'expect'; readonly text: string }
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'edit'; readonly path: string; readonly from: string; readonly to: string }
);

/** The steps of a tutorial, in their order. */
export function stepsOf(markdown: string): readonly Step[] {
  return splitMarkdown(markdown).blocks.flatMap(({ info, code, line }): readonly Step[] => {
    const [language = '', path] = info.split(/\s+/u);
    const lines = code.split('\n').filter((text) => text !== '');
    if (language === 'sh') return lines.map((command) => ({ kind: 'run', line, command }));
    if (language === 'text') return lines.map((text) => ({ kind: 'expect', line, text }));
    if (path?.includes('/') !== true) return [];
    if (language !== 'diff') return [{ kind: 'write', line, path, text: `${code}\n` }];
    return [{ kind: 'edit', line, path, from: side(lines, '-'), to: side(lines, '+') }];
  });
}

/** One side of a change: lines that stay, and those of this sign. */
function side(lines: readonly string[], sign: '-' | '+'): string {
  return lines
    .filter((text) => text.startsWith(' ') || text.startsWith(sign))
    .map((text) => `${text.slice(1)}\n`)
    .join('');
}

/** What a follower can do. */
export interface Hands {
  /** Runs a command line and answers what it wrote; throws when it fails. */
  run(command: string): string;
  read(path: string): string;
  write(path: string, text: string): void;
}

/** Does what the steps say. @throws {Error} with the line of the page at which it is not as the page says. */
export function follow(steps: readonly Step[], hands: Hands): void {
  let output = '';
  let wasRun = false;
  for (const step of steps) {
    if (step.kind === 'run') {
      output = (wasRun ? output : '') + at(step, () => hands.run(step.command));
    } else if (step.kind === 'expect') {
      if (!output.includes(step.text)) throw new Error(`line ${step.line}: "${step.text}" is not in:\n${output}`);
    } else {
      at(step, () => hands.write(step.path, step.kind === 'write' ? step.text : edited(hands.read(step.path), step)));
    }
    wasRun = step.kind === 'run';
  }
}

function edited(text: string, { path, from, to }: Extract<Step, { readonly kind: 'edit' }>): string {
  const parts = text.split(from);
  if (from === '' || parts.length !== 2) {
    throw new Error(`${path} has the lines to change ${parts.length - 1} times:\n${from}`);
  }
  return parts.join(to);
}

function at<T>({ line }: Step, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new Error(`line ${line}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
