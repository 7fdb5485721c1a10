/**
 * Keys as Dex reads them: Go's JSON decoder takes a key that is spelled exactly, then one that differs in case only.
 * A key that stands for nothing is not dropped silently but named, with the known key it resembles most.
 *
 * An empty text is no value to Go, and templates write it for what is not set. It is left out here, not by each schema,
 * because the JSON Schema says which keys may be left out, so it holds for connectors made elsewhere too.
 */
import { closest, distance } from 'fastest-levenshtein';
import type { PathPart } from './issue.ts';
import { alternatives, isRequired, type JsonSchema } from './json-schema.ts';

/** A key that the schema does not have, and the one that may have been meant. */
export interface UnknownKey {
  readonly path: readonly PathPart[];
  /** The known key it may have been meant to be. */
  readonly nearest?: string;
}

/** A block with its keys spelled as in the schema, and the keys that are not in it. */
export interface FoldedKeys {
  /**
   * The same data in the spelling of the schema, without unknown keys, without keys set to nothing (`null`), and without
   * empty texts under keys that may be left out.
   */
  readonly value: unknown;
  /** Keys left out because they were empty texts. */
  readonly empty: readonly (readonly PathPart[])[];
  readonly unknown: readonly UnknownKey[];
  /** Keys written more than once in different case; which one counts would be a guess. */
  readonly doubled: readonly { readonly path: readonly PathPart[]; readonly spellings: readonly string[] }[];
}

interface Walk {
  readonly root: JsonSchema;
  readonly empty: (readonly PathPart[])[];
  readonly unknown: UnknownKey[];
  readonly doubled: { path: readonly PathPart[]; spellings: string[] }[];
}

interface Place {
  readonly schemas: readonly JsonSchema[];
  readonly path: readonly PathPart[];
}

/** Brings the keys of `value` into the spelling of `schema`. Keys of records (maps with free keys) are left alone. */
export function foldKeys(schema: JsonSchema, value: unknown): FoldedKeys {
  const walk: Walk = { root: schema, empty: [], unknown: [], doubled: [] };
  const folded = foldValue(value, { schemas: alternatives(schema, schema), path: [] }, walk);
  const { empty, unknown, doubled } = walk;
  return { value: folded, empty, unknown, doubled };
}

function foldValue(value: unknown, place: Place, walk: Walk): unknown {
  if (Array.isArray(value)) {
    const items = place.schemas.flatMap((schema) => (schema.items ? alternatives(schema.items, walk.root) : []));
    if (items.length === 0) return value;
    return value.map((item, index) => foldValue(item, { schemas: items, path: [...place.path, index] }, walk));
  }
  return isPlainObject(value) ? foldObject(value, place, walk) : value;
}

function foldObject(value: Readonly<Record<string, unknown>>, place: Place, walk: Walk): unknown {
  const known = knownKeys(place.schemas);
  const free = freeSchemas(place.schemas, walk.root);
  // A block without keys is one too; where anything may stand there is nothing to compare with.
  if (free === undefined && place.schemas.every(({ properties }) => properties === undefined)) return value;
  const entries = new Map<string, { spelling: string; value: unknown }>();
  for (const [spelling, inner] of Object.entries(value)) {
    const key = known.has(spelling) ? spelling : findIgnoringCase(spelling, known);
    const path = [...place.path, key ?? spelling];
    if (key === undefined && free === undefined) {
      walk.unknown.push({ path, ...nearestKey(spelling, [...known.keys()]) });
      continue;
    }
    const name = key ?? spelling;
    const schemas =
      key === undefined ? (free ?? []) : (known.get(key) ?? []).flatMap((one) => alternatives(one, walk.root));
    if (inner === undefined || (inner === null && !admits(schemas, 'null'))) continue;
    const mayBeAbsent = key !== undefined && !place.schemas.some((one) => isRequired(one, key));
    if (inner === '' && mayBeAbsent && isEmptyNothing(schemas)) {
      walk.empty.push(path);
      continue;
    }
    const earlier = entries.get(name);
    if (earlier !== undefined) walk.doubled.push({ path, spellings: [earlier.spelling, spelling] });
    entries.set(name, { spelling, value: foldValue(inner, { schemas, path }, walk) });
  }
  return Object.fromEntries([...entries].map(([name, entry]) => [name, entry.value]));
}

function knownKeys(schemas: readonly JsonSchema[]): Map<string, JsonSchema[]> {
  const known = new Map<string, JsonSchema[]>();
  for (const schema of schemas) {
    for (const [key, inner] of Object.entries(schema.properties ?? {})) {
      known.set(key, [...(known.get(key) ?? []), inner]);
    }
  }
  return known;
}

/** The schemas of values under free keys, or `undefined` when no alternative takes free keys. */
function freeSchemas(schemas: readonly JsonSchema[], root: JsonSchema): readonly JsonSchema[] | undefined {
  const free = schemas.flatMap(({ additionalProperties: more }) =>
    more === undefined || more === false ? [] : [more],
  );
  if (free.length === 0) return undefined;
  return free.flatMap((one) => (typeof one === 'object' ? alternatives(one, root) : []));
}

const findIgnoringCase = (spelling: string, known: ReadonlyMap<string, unknown>): string | undefined =>
  [...known.keys()].find((key) => key.toLowerCase() === spelling.toLowerCase());

/** A key that switches a protection off is never proposed: it would be put in without a thought. */
function nearestKey(spelling: string, known: readonly string[]): { nearest?: string } {
  const harmless = known.filter((key) => !/^insecure/iu.test(key));
  if (harmless.length === 0) return {};
  const lower = spelling.toLowerCase();
  const best = closest(
    lower,
    harmless.map((key) => key.toLowerCase()),
  );
  const far = distance(lower, best) > Math.min(3, Math.ceil(spelling.length / 4));
  const nearest = harmless.find((key) => key.toLowerCase() === best);
  return far || nearest === undefined ? {} : { nearest };
}

const admits = (schemas: readonly JsonSchema[], wanted: 'null' | 'string'): boolean =>
  schemas.some(({ type }) => type === wanted || (Array.isArray(type) && type.includes(wanted)));

/** Where no text may stand the schema gets to see it: an empty text in place of a list is a mistake to Go too. */
const isEmptyNothing = (schemas: readonly JsonSchema[]): boolean =>
  admits(schemas, 'string') && !schemas.some((schema) => schema['x-keep-empty'] === true);

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
