/**
 * What is wrong with YAML, in words. A value that was not put in quotes may have been read as a tag, an alias or a
 * directive, and it may be a secret: what stands in the file is not repeated, keys aside.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Scalar, visit, type YAMLError } from 'yaml';

/** A problem and where in the text it is. */
export interface YamlProblem {
  readonly at: number;
  readonly message: string;
}

const tag = 'The sign ! makes a tag here, one that is not known or does not fit. Put a value with ! in quotes.';
const anchor = 'The signs * and & make aliases and anchors here. Put a value that begins with one in quotes.';

const sentences: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  MULTIPLE_DOCS: 'The file holds several YAML documents. Remove the line "---" and what follows.',
  TAB_AS_INDENT: 'A tab is used to indent. Use spaces.',
  TAG_RESOLVE_FAILED: tag,
  MULTIPLE_TAGS: tag,
  BAD_COLLECTION_TYPE: tag,
  BAD_ALIAS: anchor,
  ALIAS_PROPS: anchor,
  MULTIPLE_ANCHORS: anchor,
  BAD_DIRECTIVE: 'The sign % makes a directive here, one that is not known. Put a value that begins with % in quotes.',
  NON_STRING_KEY: 'A list or a map ([ or {) stands where a key belongs. Put a text with these signs in quotes.',
  BAD_SCALAR_START: 'A value cannot begin with this sign. Put it in quotes.',
  BAD_DQ_ESCAPE: 'A backslash in double quotes stands before a sign that it means nothing with. Use single quotes.',
};

/** Codes of errors whose messages repeat nothing of the file. */
const safe: ReadonlySet<YAMLError['code']> = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'KEY_OVER_1024_CHARS',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
]);

/** What the reader of YAML found, in words. */
export function explainError({ code, message, pos: [at] }: YAMLError): YamlProblem {
  const what = safe.has(code) ? message.replace(/\.?\s*$/u, '.') : 'Something stands here that does not belong here.';
  return { at, message: sentences[code] ?? `This is not YAML: ${what} Check the indentation and the quotes.` };
}

const template =
  '{{ and }} make a template, which the image of Dex renders and Ostiary does not. Render the file first, as with ' +
  'gomplate, or put a value with these signs into a variable.';

/**
 * The first template in the text, comments aside. In quotes it is YAML, and would be taken for the secret that it stands
 * for; without, it is a map that is the key of a map.
 */
export function findTemplate(text: string): YamlProblem | undefined {
  let start = 0;
  for (const line of text.split('\n')) {
    const open = line.indexOf('{{');
    const comment = /(?:^|\s)#/u.exec(line)?.index ?? line.length;
    if (open !== -1 && open < comment && line.includes('}}', open)) return { at: start + open, message: template };
    start += line.length + 1;
  }
  return undefined;
}

/** Keys that stand twice in one map. The library compares each with each, which takes minutes for a large map. */
export function findDoubledKeys(document: Document): readonly YamlProblem[] {
  const problems: YamlProblem[] = [];
  visit(document, {
    Map(_key, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          const message = `${JSON.stringify(key.value)} is set twice in one map. Keep one of them.`;
          problems.push({ at: key.range?.[0] ?? 0, message });
        }
        seen.add(key.value);
      }
    },
  });
  return problems;
}

/** Aliases and merges that lead nowhere: they are seen only when the document is made into data. */
export function findStrayReferences(document: Document): readonly YamlProblem[] {
  const problems: YamlProblem[] = [];
  const add = (node: Node, message: string): void => void problems.push({ at: node.range?.[0] ?? 0, message });
  visit(document, {
    Alias(_key, alias, path) {
      const target = alias.resolve(document);
      if (target === undefined) add(alias, 'An alias (*) has no anchor (&) above it. Put a value with * in quotes.');
      else if (path.includes(target)) add(alias, 'An alias (*) stands within its own anchor (&). Write it out.');
    },
    Pair(_key, { key, value }) {
      if (isMergeKey(key) && !isMergeable(value, document))
        add(key, 'What << merges is no map. Write a map, or put << in quotes.');
    },
  });
  return problems;
}

const isMergeKey = (key: unknown): key is Scalar => isScalar(key) && key.type === 'PLAIN' && key.source === '<<';

/** An alias without an anchor is told by itself. */
function isMergeable(value: unknown, document: Document): boolean {
  const isMapOrStray = (node: unknown): boolean => node === undefined || isMap(node);
  const targetOf = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const target = targetOf(value);
  return isSeq(target) ? target.items.every((item) => isMapOrStray(targetOf(item))) : isMapOrStray(target);
}
