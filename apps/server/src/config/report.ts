import type { ConfigIssue } from '@ostiary/connector-sdk/config';

/** Collects what is wrong while a file is read, so that all of it is told at once. */
export interface Report {
  readonly problems: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
  problem(path: string, message: string): void;
  warn(path: string, message: string): void;
  /** Takes over what somebody else found. */
  add(found: { readonly problems?: readonly ConfigIssue[]; readonly warnings?: readonly ConfigIssue[] }): void;
}

/** A report without entries. */
export function createReport(): Report {
  const problems: ConfigIssue[] = [];
  const warnings: ConfigIssue[] = [];
  return {
    problems,
    warnings,
    problem: (path, message) => void problems.push({ path, message }),
    warn: (path, message) => void warnings.push({ path, message }),
    add(found) {
      // One by one: there may be more than a call takes arguments.
      for (const problem of found.problems ?? []) problems.push(problem);
      for (const warning of found.warnings ?? []) warnings.push(warning);
    },
  };
}
