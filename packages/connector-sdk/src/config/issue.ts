/** How a wrong configuration is told: where, what is wrong, what to do. All problems at once. */
import { OstiaryError } from '@ostiary/primitives';

/** A step of a path into a configuration: a key, or a place in a list. */
export type PathPart = string | number;

/** What is wrong at one place of a configuration, as a sentence that follows the key. */
export interface ConfigIssue {
  /** Where: `connectors[0].config.issuer`. */
  readonly path: string;
  /** What is wrong, and what to do. Never the value: it may be a secret. */
  readonly message: string;
}

/** Writes a path the way people read it: `formatPath('connectors[0].config', ['rootCAs', 1])`. */
export function formatPath(base: string, parts: readonly PathPart[]): string {
  return parts.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, base);
}

/** One line for one issue: `connectors[0].config.issuer: is missing. Add it.` */
export function formatIssue(issue: ConfigIssue): string {
  return issue.path === '' ? issue.message : `${issue.path}: ${issue.message}`;
}

/** One error that names every issue, one a line. */
export function configError(issues: readonly ConfigIssue[]): OstiaryError {
  return new OstiaryError('config/invalid', issues.map(formatIssue).join('\n'), {
    detail: { issues: issues.map(formatIssue) },
  });
}
