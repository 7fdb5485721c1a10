import type { StandardSchemaV1 } from '@standard-schema/spec';
import { withEveryRule } from './every-rule.ts';
import { explain, withoutLengthsOfOthers } from './explain.ts';
import { type FoldedKeys, foldKeys } from './fold-keys.ts';
import { type ConfigIssue, configError, formatPath } from './issue.ts';
import { alternatives, inputJsonSchema, type JsonSchema } from './json-schema.ts';

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
 * Reads the options of a connector or a storage: brings the keys into the schema's spelling, names unknown ones, leaves
 * out what is empty ({@link foldKeys}), and validates. What it answers is what the schema made, defaults and `Secret`s
 * included; every problem is told at once.
 *
 * @param schema any Standard Schema. Keys are only looked at when it gives a JSON Schema too (zod does).
 */
export async function parseConfig<C>(
  schema: StandardSchemaV1<unknown, C>,
  raw: unknown,
  options: ParseConfigOptions,
): Promise<ParsedConfig<C>> {
  const keys = inputJsonSchema(schema);
  const folded = fold(keys, raw ?? {});
  const unknown = folded.unknown.map(({ path, nearest }) => ({
    path: formatPath(options.path, path),
    message: `is not a known key.${nearest === undefined ? ' Remove it.' : ` Did you mean ${nearest}?`}`,
  }));
  const doubled = folded.doubled.map(({ path, spellings }) => ({
    path: formatPath(options.path, path),
    message: `is set more than once (${spellings.join(', ')}). Keep one of them.`,
  }));
  const strict = options.unknownKeys !== 'warning';
  const warnings = [...(strict ? [] : unknown), ...adviceOf(keys, folded.value, options.path)];
  const empty = new Set(folded.empty.map((parts) => formatPath(options.path, parts)));
  const result = await withEveryRule(schema)['~standard'].validate(folded.value);
  const invalid = withoutLengthsOfOthers(result.issues ?? [])
    .flatMap((issue) => explain(issue, folded.value, options.path))
    .map((issue) => (empty.has(issue.path) ? asEmpty(issue) : issue));
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

/** Who sees the key in the file is not told that it is missing. */
function asEmpty({ path, message }: ConfigIssue): ConfigIssue {
  const emptied = message.replace(/^is missing\b/u, 'is empty').replace('Add it.', 'Set it.');
  return { path, message: `${emptied} Check that the environment variable it names is set.` };
}

/** What keys that are not there have to say (`x-when-absent`). */
function adviceOf(root: JsonSchema | undefined, value: unknown, path: string): readonly ConfigIssue[] {
  if (root === undefined || typeof value !== 'object' || value === null) return [];
  const keys = alternatives(root, root).flatMap(({ properties = {} }) => Object.entries(properties));
  return keys.flatMap(([key, { 'x-when-absent': message }]) =>
    message === undefined || key in value ? [] : [{ path: formatPath(path, [key]), message }],
  );
}

function fold(keys: JsonSchema | undefined, raw: unknown): FoldedKeys {
  return keys === undefined ? { value: raw, empty: [], unknown: [], doubled: [] } : foldKeys(keys, raw);
}
