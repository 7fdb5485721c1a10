/** What is wrong with a configuration file, told with file, line and path, all of it at once. */
import { type ConfigIssue, formatIssue } from '@ostiary/connector-sdk/config';
import { OstiaryError } from '@ostiary/primitives';

/** A problem or a warning, with the line it stands on when that is known. */
export interface LocatedIssue extends ConfigIssue {
  readonly line?: number;
}

/** `config.yaml:12: web.http: what is wrong. What to do.` */
export function formatLocated(file: string, issue: LocatedIssue): string {
  return `${file}${issue.line === undefined ? '' : `:${issue.line}`}: ${formatIssue(issue)}`;
}

/** One error for all problems of a file: the number of them, then one a line. */
export function configProblems(file: string, problems: readonly LocatedIssue[]): OstiaryError {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  const lines = problems.map((problem) => formatLocated(file, problem));
  return new OstiaryError('config/invalid', [`${file} has ${count}:`, ...lines].join('\n'), {
    detail: { problems: lines },
  });
}
