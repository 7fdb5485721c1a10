/** Issues of a schema as sentences that say what is wrong and what to do. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type ConfigIssue, formatPath, type PathPart } from './issue.ts';

/** What zod adds to an issue; another library's issue has none of it and keeps its own message. */
export type RichIssue = StandardSchemaV1.Issue & {
  readonly code?: unknown;
  readonly expected?: unknown;
  readonly values?: unknown;
  /** Of a union: what is wrong by each of its forms, with paths from the union on. */
  readonly errors?: unknown;
};

/**
 * What an issue of a schema says, with its place. An issue of a union, whose own message is about nothing, becomes the
 * issues of the form that was meant.
 *
 * @param root what was validated.
 * @param base where that stands: `connectors[0].config`.
 */
export function explain(issue: RichIssue, root: unknown, base: string): readonly ConfigIssue[] {
  const parts = (issue.path ?? []).map(pathPart);
  const path = formatPath(base, parts);
  const actual = parts.reduce<unknown>(childOf, root);
  if (issue.code !== 'invalid_union' || actual === undefined) return [{ path, message: explanation(issue, actual) }];
  const forms = formsOf(issue);
  const meant = forms.find((form) => !form.some(isOfAnotherType));
  if (meant !== undefined) return meant.flatMap((inner) => explain(inner, actual, path));
  const types = new Set(forms.flatMap((form) => form.filter(isOfAnotherType).map(wantedType)));
  if (types.size === 0) return [{ path, message: 'has none of its known forms. Look them up in the documentation.' }];
  return [{ path, message: `must be ${[...types].join(' or ')}, but is ${withArticle(kindOf(actual))}.` }];
}

/** Without the lengths that zod asks of whatever has one: of a list too where a text belongs, which is told already. */
export function withoutLengthsOfOthers(issues: readonly RichIssue[]): readonly RichIssue[] {
  const placeOf = ({ path = [] }: RichIssue): string => JSON.stringify(path.map(pathPart));
  const others = new Set(issues.filter(({ code }) => code === 'invalid_type').map(placeOf));
  return issues.filter((issue) => issue.code !== 'too_small' || !others.has(placeOf(issue)));
}

const formsOf = ({ errors }: RichIssue): readonly (readonly RichIssue[])[] => (Array.isArray(errors) ? errors : []);

/** True for an issue that speaks against the whole form, not of something in it. */
const isOfAnotherType = ({ code, path = [] }: RichIssue): boolean => code === 'invalid_type' && path.length === 0;

const wantedType = ({ expected }: RichIssue): string => withArticle(String(expected));

function explanation(issue: RichIssue, actual: unknown): string {
  const ours = issue.code === 'custom' || issue.code === 'too_small' || issue.code === 'too_big';
  if (!ours && actual === undefined) return 'is missing. Add it.';
  if (issue.code === 'invalid_type') {
    if (issue.expected === 'int' && typeof actual === 'number') return 'must be a whole number. Remove the fraction.';
    return ofAnotherType(String(issue.expected), actual);
  }
  if (issue.code === 'invalid_value' && Array.isArray(issue.values)) {
    // `1.2` looks like the "1.2" that it should be.
    const texts = issue.values.every((value) => typeof value === 'string');
    if (texts && typeof actual !== 'string') return ofAnotherType('string', actual);
    return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}.`;
  }
  return issue.message;
}

function ofAnotherType(expected: string, actual: unknown): string {
  const hint = expected === 'string' && isScalar(actual) ? ' Put it in quotes.' : '';
  return `must be ${withArticle(expected)}, but is ${withArticle(kindOf(actual))}.${hint}`;
}

const pathPart = (part: PropertyKey | StandardSchemaV1.PathSegment): PathPart => {
  const key = typeof part === 'object' ? part.key : part;
  return typeof key === 'symbol' ? key.toString() : key;
};

const childOf = (value: unknown, part: PathPart): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, part)?.value : undefined;

const isScalar = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean';

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

const names: Readonly<Record<string, string>> = {
  string: 'a text',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
  null: 'empty',
  boolean: 'true or false',
  int: 'a whole number',
};

const withArticle = (kind: string): string => names[kind] ?? `a ${kind}`;
