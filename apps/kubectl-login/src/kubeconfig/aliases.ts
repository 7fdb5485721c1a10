/**
 * Aliases and merge keys of a YAML document (`&a`, `*a`, `<<`), written out. kubectl reads them, so we must; and an
 * entry that shares its content with another cannot be changed alone. kubectl writes them out as well.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  visit,
  type YAMLMap,
} from 'yaml';

/** More uses of one anchor than this are an attack, or a mistake of a program. */
const MOST_USES = 1000;

/** The aliases of a file cannot be written out; the message says why. */
export class AliasError extends Error {}

/** Writes everything out. @throws {AliasError} */
export function writeOutAliases(document: Document): void {
  assertResolvable(document);
  visit(document, { Alias: (_key, alias, path) => copyOf(alias, document, path) });
  visit(document, {
    Node(_key, node) {
      dropAnchor(node);
      if (isMap(node)) merge(node);
    },
  });
}

/** Finds aliases without an anchor, and too many of them, before anything grows. */
function assertResolvable(document: Document): void {
  try {
    document.toJS({ maxAliasCount: MOST_USES });
  } catch (error) {
    if (error instanceof ReferenceError) throw new AliasError(error.message, { cause: error });
    throw error;
  }
}

/** What an alias stands for. Aliases in that are written out already, for they come earlier in the document. */
function copyOf(alias: Alias, document: Document, path: readonly unknown[]): Node {
  const source = alias.resolve(document);
  if (source === undefined || path.includes(source)) throw new AliasError(`the alias "${alias.source}" has no end`);
  const copy = source.clone();
  if (!isNode(copy)) throw new TypeError('the copy of a node is a node');
  // An anchor in the copy would come between its original and later aliases.
  visit(copy, { Node: (_key, node) => dropAnchor(node) });
  copy.comment = alias.comment ?? null;
  copy.commentBefore = alias.commentBefore ?? null;
  return copy;
}

function dropAnchor(node: Node): void {
  if (!isAlias(node)) delete node.anchor;
}

/** Puts what `<<` brings in its place. What the map has itself wins, and after that what comes first. */
function merge(map: YAMLMap): void {
  const at = map.items.findIndex(({ key }) => isScalar(key) && key.value === '<<' && key.type === 'PLAIN');
  const value = map.items[at]?.value;
  if (at < 0) return;
  map.items.splice(at, 1);
  const sources = isSeq(value) ? value.items : [value];
  const brought: YAMLMap['items'] = [];
  for (const source of sources) {
    if (!isMap(source)) throw new AliasError('"<<" is for mappings');
    merge(source);
    const has = (key: unknown): boolean => map.has(key) || brought.some((pair) => String(pair.key) === String(key));
    brought.push(...source.items.filter(({ key }) => !has(key)));
  }
  map.items.splice(at, 0, ...brought);
}
