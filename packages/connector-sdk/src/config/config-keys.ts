/** The keys of a schema as a flat list, so that a README or a form can be generated from it or checked against it. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { alternatives, inputJsonSchema, isRequired, type JsonSchema } from './json-schema.ts';

/** One key of a schema, for tables in a README. */
export interface ConfigKey {
  /** `claimMapping.email`; `[]` stands for any place in a list: `newGroupFromClaims[].claims`. */
  readonly path: string;
  readonly required: boolean;
  readonly description?: string;
}

/** Every key of a schema, containers before what they hold. Empty when the schema gives no JSON Schema. */
export function configKeys(schema: StandardSchemaV1): readonly ConfigKey[] {
  const root = inputJsonSchema(schema);
  return root === undefined ? [] : keysOf(root, '', root);
}

function keysOf(schema: JsonSchema, prefix: string, root: JsonSchema): readonly ConfigKey[] {
  return alternatives(schema, root).flatMap((one) => [
    ...Object.entries(one.properties ?? {}).flatMap(([name, inner]) => {
      const path = prefix === '' ? name : `${prefix}.${name}`;
      const description = inner.description === undefined ? {} : { description: inner.description };
      return [{ path, required: isRequired(one, name), ...description }, ...keysOf(inner, path, root)];
    }),
    ...(one.items === undefined ? [] : keysOf(one.items, `${prefix}[]`, root)),
  ]);
}
