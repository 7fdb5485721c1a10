/** What is wrong with a configuration file, told with file, line and path, all of it at once. */
import { type ConfigIssue, formatIssue } from '@ostiary/connector-sdk/config';
import { OstiaryError } from '@ostiary/primitives';

/** A problem or a warning, with the line it stands on when that is known. */
export interface LocatedIssue extends ConfigIssue {
  readonly line?: number;
}

/** `config.yaml:12: web.http: what is wrong. What to do.` */
function formatLocated(file: string, issue: LocatedIssue): string {
  return `${file}${issue.line === undefined ? '' : `:${issue.line}`}: ${formatIssue(issue)}`;
}

export interface FoundIssues {
  readonly problems: readonly LocatedIssue[];
  /** A warning may be the reason of a problem: a variable that is not set makes an empty value. */
  readonly warnings?: readonly LocatedIssue[];
}

/** `warning: config.yaml:12: web.http: what is odd. What to do.` */
export function formatWarning(file: string, issue: LocatedIssue): string {
  return `warning: ${formatLocated(file, issue)}`;
}

/** One error for all that was found in a file: the number of problems, then one a line, then the warnings. */
export function configProblems(file: string, { problems, warnings = [] }: FoundIssues): OstiaryError {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  const lines = problems.map((problem) => formatLocated(file, problem));
  const told = [`${file} has ${count}:`, ...lines, ...warnings.map((warning) => formatWarning(file, warning))];
  return new OstiaryError('config/invalid', told.join('\n'), { detail: { problems: lines } });
}
