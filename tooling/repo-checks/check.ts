import type { Workspace } from './workspace.ts';

/** One thing that is wrong, written for the person who has to put it right. */
export interface Finding {
  /** File, relative to the root of the workspace, with `:line` where that helps. */
  readonly path: string;
  /** A sentence: what is wrong. */
  readonly problem: string;
  /** A sentence: what to do. */
  readonly remedy: string;
}

/** A rule of this repository. It reads a workspace and changes nothing in it. */
export interface Check {
  readonly name: string;
  run(workspace: Workspace): readonly Finding[] | Promise<readonly Finding[]>;
}
