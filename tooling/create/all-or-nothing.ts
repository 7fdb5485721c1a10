import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a piece of work touches, relative to the root. */
export interface Touched {
  readonly root: string;
  /** Files and folders that are not there yet. */
  readonly added: readonly string[];
  /** Files that may change. */
  readonly changed: readonly string[];
}

/**
 * Does the work; when it fails, takes away what it added and puts back what it changed.
 *
 * @throws {Error} with the reason of the failure, and the word that nothing was kept.
 */
export function allOrNothing({ root, added, changed }: Touched, work: () => void): void {
  const there = changed.map((path) => join(root, path)).filter((path) => existsSync(path));
  const before = there.map((path) => [path, readFileSync(path)] as const);
  try {
    work();
  } catch (cause) {
    for (const path of added) rmSync(join(root, path), { recursive: true, force: true });
    for (const [path, content] of before) writeFileSync(path, content);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${reason}\nNothing was kept: everything is as it was before. Put it right, then run this again.`, {
      cause,
    });
  }
}
