/**
 * The text of a configuration file as data. YAML is read by the rules of go-yaml version 2 (YAML 1.1), as Dex does:
 * `yes` and `on` are true, `0600` is octal, `<<` merges. JSON is YAML too.
 */
import { isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument, type Tags } from 'yaml';
import type { LocatedIssue } from './problem.ts';
import { explainError, findStrayReferences } from './yaml-problems.ts';

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
    customTags: (tags) => tags.filter((tag) => !isForeignTag(tag)),
  });
  const errors = [...document.errors, ...document.warnings].map((error) => explainError(error, text));
  const found = errors.length > 0 ? errors : findStrayReferences(document);
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
    return { ok: true, source: { value: document.toJS(), lineOf: (path) => lineOf(root, path, lines) } };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    // toJS gives up on aliases that multiply ("billion laughs").
    return { ok: false, problems: [{ path: '', message: 'Its aliases (*name) grow too large. Write them out.' }] };
  }
}

/** go-yaml 2 reads dates and base-60 numbers (`12:30`) as text; so must we, or times and ports would change. */
function isForeignTag(tag: Tags[number]): boolean {
  if (typeof tag === 'string') return false;
  return ('format' in tag && tag.format === 'TIME') || /:(?:timestamp|binary|omap|pairs|set)$/u.test(tag.tag);
}

function lineOf(root: ParsedNode, path: string, lines: LineCounter): number | undefined {
  let node: Node | null | undefined = root;
  let line: number | undefined;
  for (const part of path.match(/[^.[\]]+/gu) ?? []) {
    const found = childAt(node, part);
    if (found === undefined) break;
    node = found.value;
    line = lines.linePos(found.at).line;
  }
  return line;
}

function childAt(
  node: Node | null | undefined,
  part: string,
): { readonly at: number; readonly value: Node | null | undefined } | undefined {
  if (isSeq<Node>(node)) {
    const item = node.items[Number(part)];
    return item?.range ? { at: item.range[0], value: item } : undefined;
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  const named = (matches: (key: string) => boolean) =>
    node.items.find(({ key }) => isScalar(key) && typeof key.value === 'string' && matches(key.value));
  const pair = named((key) => key === part) ?? named((key) => key.toLowerCase() === part.toLowerCase());
  return pair?.key.range ? { at: pair.key.range[0], value: pair.value } : undefined;
}
