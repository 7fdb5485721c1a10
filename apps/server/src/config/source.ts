/**
 * The text of a configuration file as data. YAML is read by the rules of go-yaml version 2 (YAML 1.1), as Dex does:
 * `yes` and `on` are true, `0600` is octal, `<<` merges. JSON is YAML too.
 */
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type Tags,
  type YAMLMap,
} from 'yaml';
import type { LocatedIssue } from './problem.ts';
import { explainError, findDoubledKeys, findStrayReferences, findTemplate, type YamlProblem } from './yaml-problems.ts';

export interface ConfigSource {
  readonly value: unknown;
  /** The line of the nearest thing that stands in the file, for `connectors[0].config.issuer`; keys in any case. */
  lineOf(path: string): number | undefined;
}

export type ReadSource =
  | { readonly ok: true; readonly source: ConfigSource }
  | { readonly ok: false; readonly problems: readonly LocatedIssue[] };

/** Reads YAML or JSON. Keys that stand twice are an error: which one counts would be a guess. */
export function readSource(text: string): ReadSource {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
    customTags: (tags) => tags.filter((tag) => !isForeignTag(tag)),
  });
  const template = findTemplate(text);
  const found = template === undefined ? findProblems(document) : [template];
  const located = found.map(({ at, message }) => ({ path: '', message, line: lines.linePos(at).line }));
  // `{{` makes a map that is the key of a map, which is one mistake.
  const problems = located.filter(
    ({ line, message }, index) => !located.slice(0, index).some((one) => one.line === line && one.message === message),
  );
  if (problems.length > 0) return { ok: false, problems };
  const root = document.contents;
  if (root === null) return { ok: false, problems: [{ path: '', message: 'The file is empty. Write an issuer.' }] };
  if (!isMap(root)) return { ok: false, problems: [{ path: '', message: 'The file must be a map of keys.', line: 1 }] };
  try {
    return { ok: true, source: { value: document.toJS(), lineOf: lineFinder(root, lines) } };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    // toJS gives up on aliases that multiply ("billion laughs").
    return { ok: false, problems: [{ path: '', message: 'Its aliases (*name) grow too large. Write them out.' }] };
  }
}

function findProblems(document: Document.Parsed): readonly YamlProblem[] {
  const errors = [...[...document.errors, ...document.warnings].map(explainError), ...findDoubledKeys(document)];
  return errors.length > 0 ? errors.sort((a, b) => a.at - b.at) : findStrayReferences(document);
}

/** go-yaml 2 reads dates and base-60 numbers (`12:30`) as text; so must we, or times and ports would change. */
function isForeignTag(tag: Tags[number]): boolean {
  if (typeof tag === 'string') return false;
  return ('format' in tag && tag.format === 'TIME') || /:(?:timestamp|binary|omap|pairs|set)$/u.test(tag.tag);
}

function lineFinder(root: ParsedNode, lines: LineCounter): ConfigSource['lineOf'] {
  const keysOf = keyIndex();
  return (path) => {
    let node: Node | null | undefined = root;
    let line: number | undefined;
    for (const part of path.match(/[^.[\]]+/gu) ?? []) {
      const found = childAt(node, part, keysOf);
      if (found === undefined) break;
      node = found.value;
      line = lines.linePos(found.at).line;
    }
    return line;
  };
}

interface Child {
  readonly at: number;
  readonly value: Node | null | undefined;
}

type KeyedMap = YAMLMap<Node, Node | null>;

function childAt(
  node: Node | null | undefined,
  part: string,
  keysOf: (map: KeyedMap) => ReadonlyMap<string, Child>,
): Child | undefined {
  if (isSeq<Node>(node)) {
    const item = node.items[Number(part)];
    return item?.range ? { at: item.range[0], value: item } : undefined;
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  return keysOf(node).get(part) ?? keysOf(node).get(part.toLowerCase());
}

/** What stands under the keys of a map, as they are written and in small letters. Each map is gone through once. */
function keyIndex(): (map: KeyedMap) => ReadonlyMap<string, Child> {
  const known = new WeakMap<KeyedMap, ReadonlyMap<string, Child>>();
  return (map) => {
    const index = known.get(map) ?? indexOf(map);
    known.set(map, index);
    return index;
  };
}

function indexOf({ items }: KeyedMap): ReadonlyMap<string, Child> {
  const written = new Map<string, Child>();
  const folded = new Map<string, Child>();
  for (const { key, value } of items) {
    if (!isScalar(key) || typeof key.value !== 'string' || !key.range) continue;
    const child = { at: key.range[0], value };
    const small = key.value.toLowerCase();
    if (!written.has(key.value)) written.set(key.value, child);
    if (!folded.has(small)) folded.set(small, child);
  }
  return new Map([...folded, ...written]);
}
