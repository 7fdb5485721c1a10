import type { StandardSchemaV1 } from '@standard-schema/spec';
import { withEveryRule } from './every-rule.ts';
import { type FoldedKeys, foldKeys } from './fold-keys.ts';
import { type ConfigIssue, configError, formatPath, type PathPart } from './issue.ts';
import { inputJsonSchema } from './json-schema.ts';

/** Where a block stands, what is known of the environment, and what becomes of unknown keys. */
export interface ParseConfigOptions {
  /** Where the value stands, for messages: `connectors[0].config`. */
  readonly path: string;
  /** What a key that the schema does not know is: a warning (as Dex, which ignores it) or an error. Default: error. */
  readonly unknownKeys?: 'error' | 'warning';
}

/** A block that was read, and what an operator should know about it. */
export type ParsedConfig<C> =
  | { readonly ok: true; readonly value: C; readonly warnings: readonly ConfigIssue[] }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[]; readonly warnings: readonly ConfigIssue[] };

/**
 * Reads the options of a connector or a storage: brings the keys into the schema's spelling, names unknown ones, and
 * validates. What it answers is what the schema made, defaults and `Secret`s included; every problem is told at once.
 *
 * @param schema any Standard Schema. Keys are only looked at when it gives a JSON Schema too (zod does).
 */
export async function parseConfig<C>(
  schema: StandardSchemaV1<unknown, C>,
  raw: unknown,
  options: ParseConfigOptions,
): Promise<ParsedConfig<C>> {
  const folded = fold(schema, raw ?? {});
  const unknown = folded.unknown.map(({ path, nearest }) => ({
    path: formatPath(options.path, path),
    message: `is not a known key.${nearest === undefined ? ' Remove it.' : ` Did you mean ${nearest}?`}`,
  }));
  const doubled = folded.doubled.map(({ path, spellings }) => ({
    path: formatPath(options.path, path),
    message: `is set more than once (${spellings.join(', ')}). Keep one of them.`,
  }));
  const strict = options.unknownKeys !== 'warning';
  const warnings = strict ? [] : unknown;
  const result = await withEveryRule(schema)['~standard'].validate(folded.value);
  const invalid = (result.issues ?? []).map((issue) => explain(issue, folded.value, options.path));
  const issues = [...(strict ? unknown : []), ...doubled, ...invalid];
  if (issues.length > 0 || result.issues !== undefined) return { ok: false, issues, warnings };
  return { ok: true, value: result.value, warnings };
}

/**
 * Like {@link parseConfig}, for callers that have nobody to tell issues to.
 *
 * @throws {OstiaryError} `config/invalid` with every issue in its message.
 */
export async function readConfig<C>(
  schema: StandardSchemaV1<unknown, C>,
  raw: unknown,
  options: ParseConfigOptions,
): Promise<C> {
  const parsed = await parseConfig(schema, raw, options);
  if (!parsed.ok) throw configError(parsed.issues);
  return parsed.value;
}

function fold(schema: StandardSchemaV1, raw: unknown): FoldedKeys {
  const keys = inputJsonSchema(schema);
  return keys === undefined ? { value: raw, unknown: [], doubled: [] } : foldKeys(keys, raw);
}

/** What zod adds to an issue; another library's issue has none of it and keeps its own message. */
type RichIssue = StandardSchemaV1.Issue & {
  readonly code?: unknown;
  readonly expected?: unknown;
  readonly values?: unknown;
};

function explain(issue: RichIssue, root: unknown, base: string): ConfigIssue {
  const parts = (issue.path ?? []).map(pathPart);
  const actual = parts.reduce<unknown>(childOf, root);
  return { path: formatPath(base, parts), message: explanation(issue, actual) };
}

function explanation(issue: RichIssue, actual: unknown): string {
  const ours = issue.code === 'custom' || issue.code === 'too_small' || issue.code === 'too_big';
  if (!ours && actual === undefined) return 'is missing. Add it.';
  if (issue.code === 'invalid_type') {
    const hint = issue.expected === 'string' && isScalar(actual) ? ' Put it in quotes.' : '';
    if (issue.expected === 'int' && typeof actual === 'number') return 'must be a whole number. Remove the fraction.';
    return `must be ${withArticle(String(issue.expected))}, but is ${withArticle(kindOf(actual))}.${hint}`;
  }
  if (issue.code === 'invalid_value' && Array.isArray(issue.values)) {
    return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}.`;
  }
  return issue.message;
}

const pathPart = (part: PropertyKey | StandardSchemaV1.PathSegment): PathPart => {
  const key = typeof part === 'object' ? part.key : part;
  return typeof key === 'symbol' ? key.toString() : key;
};

const childOf = (value: unknown, part: PathPart): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === String(part))?.[1]
    : undefined;

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
