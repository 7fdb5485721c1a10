/** No file tells about the machine it was written on, and none holds a secret. */
import { basename } from 'node:path/posix';
import type { Check, Finding } from '../check.ts';
import { addressFree, type Exception, exceptions, forbiddenText, type Pattern } from '../data/public-text.ts';
import type { Workspace } from '../workspace.ts';

export interface PublicTextOptions {
  /** Text of this very machine, such as the host of its package registry, with what it is. */
  readonly ofThisMachine: readonly { readonly what: string; readonly text: string }[];
  readonly exceptions?: readonly Exception[];
}

/** Makes the check `no-registry-hosts-and-no-machine-paths`. */
export function publicText(options: PublicTextOptions): Check {
  const allowed = options.exceptions ?? exceptions;
  const machine = options.ofThisMachine.map(({ what, text }) => ({
    what,
    pattern: new RegExp(text.replace(/\W/g, '\\$&')),
  }));
  const patterns = [...forbiddenText, ...machine];
  return {
    name: 'no-registry-hosts-and-no-machine-paths',
    run: (workspace) => {
      const used = new Set<Exception>();
      const findings = workspace.files.flatMap((path) => checkFile({ workspace, path, patterns, allowed, used }));
      return [...findings, ...allowed.filter((exception) => !used.has(exception)).map(staleException)];
    },
  };
}

interface Search {
  readonly workspace: Workspace;
  readonly path: string;
  readonly patterns: readonly Pattern[];
  readonly allowed: readonly Exception[];
  /** Exceptions that were needed. */
  readonly used: Set<Exception>;
}

function checkFile({ workspace, path, patterns, allowed, used }: Search): readonly Finding[] {
  const text = workspace.text(path);
  if (text.includes('\0')) return [];
  const own = addressFree.filter(({ what }) => what === basename(path));
  const here = [...patterns, ...own.map(({ pattern }) => ({ what: 'an address of a registry', pattern }))];
  const suspicious = here.filter(({ pattern }) => pattern.test(text));
  if (suspicious.length === 0) return [];
  return text.split('\n').flatMap((line, index) => {
    const hit = suspicious.find(({ pattern }) => pattern.test(line));
    if (hit === undefined) return [];
    const exception = allowed.find((one) => one.path === path && line.includes(one.text));
    if (exception !== undefined) {
      used.add(exception);
      return [];
    }
    return [{ path: `${path}:${index + 1}`, problem: `the line holds ${hit.what}.`, remedy }];
  });
}

const remedy = 'Remove it; a demo value needs an entry with its reason in tooling/repo-checks/data/public-text.ts.';

const staleException = ({ path, text }: Exception): Finding => ({
  path: 'tooling/repo-checks/data/public-text.ts',
  problem: `the exception "${text}" for ${path} matches nothing.`,
  remedy: 'Remove it.',
});
