/** The part of JSON Schema (draft 2020-12) that says which keys there are. */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';

/** The parts of a JSON Schema that are read here. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  /** Set by `fileName`: what the file that the key names must hold. */
  readonly 'x-file'?: string;
  /** Set by `fileName`: the key that makes this one count for nothing. */
  readonly 'x-file-unless'?: string;
  /** Empty is a value of its own here, or a mistake to tell: the schema gets to see it. */
  readonly 'x-keep-empty'?: boolean;
  /** What to tell an operator who has not written the key: it has a default that is not theirs to guess. */
  readonly 'x-when-absent'?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/**
 * The JSON Schema of what a schema takes, or `undefined` when its library gives none. What has no JSON form (a value
 * checked by a function) is left open.
 */
export function inputJsonSchema(schema: StandardSchemaV1): JsonSchema | undefined {
  const standard: StandardSchemaV1.Props & Partial<StandardJSONSchemaV1.Props> = schema['~standard'];
  const libraryOptions = { unrepresentable: 'any' };
  return standard.jsonSchema?.input({ target: 'draft-2020-12', libraryOptions });
}

/** Follows `$ref` within the document and answers every alternative that a value may have to match. */
export function alternatives(schema: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  return expand(schema, root, new Set());
}

function expand(schema: JsonSchema, root: JsonSchema, seen: ReadonlySet<string>): readonly JsonSchema[] {
  const nested = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const inner = nested.flatMap((one) => expand(one, root, seen));
  if (schema.$ref === undefined) return [schema, ...inner];
  if (seen.has(schema.$ref)) return inner;
  const target = schema.$ref === '#' ? root : root.$defs?.[schema.$ref.replace('#/$defs/', '')];
  return target === undefined ? inner : [...inner, ...expand(target, root, new Set([...seen, schema.$ref]))];
}

/** True when an object of this schema must have the key. A default makes up for one that is not there. */
export function isRequired({ required = [], properties = {} }: JsonSchema, key: string): boolean {
  return required.includes(key) && properties[key]?.default === undefined;
}
