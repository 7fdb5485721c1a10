/** A kubeconfig as a YAML document: looked at and changed in place, so that comments and order survive. */
import { isDeepStrictEqual } from 'node:util';
import {
  Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  Schema,
  visit,
  type YAMLMap,
  type YAMLParseError,
  YAMLSeq,
} from 'yaml';
import { problem } from '../problem.ts';
import { AliasError, writeOutAliases } from './aliases.ts';

/** The lists of a kubeconfig, and the key under which an entry has its content. */
const CONTENT_KEY = { clusters: 'cluster', users: 'user', contexts: 'context' } as const;

export type EntryList = keyof typeof CONTENT_KEY;

/** Plain data as it goes into YAML. */
export type Plain = string | readonly string[] | { readonly [key: string]: Plain };

/** A file of more than this is no kubeconfig. */
const LARGEST_BYTES = 5_000_000;

/**
 * Parses a file. One that cannot be parsed is never replaced: it may hold the only copy of somebody's credentials.
 *
 * @throws {OstiaryError} `config/invalid` naming the file and the line.
 */
export function parseKubeconfig(path: string, text: string): Document {
  if (text.length > LARGEST_BYTES) throw unreadable(path, 'is too large');
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) throw unreadable(path, syntaxProblem(error));
  try {
    writeOutAliases(document);
  } catch (error) {
    if (error instanceof AliasError) throw unreadable(path, `is not valid YAML: ${error.message}`);
    throw error;
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
    return emptyKubeconfig();
  if (!isMap(document.contents)) throw unreadable(path, 'is not a kubeconfig: its top level is not a mapping');
  for (const list of ['clusters', 'users', 'contexts'] as const) {
    const node = document.get(list, true);
    const empty = node === undefined || (isScalar(node) && node.value === null);
    if (!empty && !isSeq(node)) throw unreadable(path, `is not a kubeconfig: "${list}" is not a list`);
    assertContents(path, document, list);
  }
  return document;
}

/** The parser speaks to programmers, and ends its sentence with the place and a colon. */
function syntaxProblem({ code, message, linePos }: YAMLParseError): string {
  if (code === 'MULTIPLE_DOCS') return 'holds several documents, of which kubectl reads the first alone';
  const line = linePos?.[0].line;
  const what = message.split('\n')[0]?.replace(/ at line \d+, column \d+:$/, '');
  return `is not valid YAML${line === undefined ? '' : ` in line ${line}`}: ${what}`;
}

/** An entry may be without content (kubectl reads it as empty), but not have something else in its place. */
function assertContents(path: string, document: Document, list: EntryList): void {
  const key = CONTENT_KEY[list];
  for (const name of entryNames(document, list)) {
    const content = findEntry(document, list, name)?.get(key) ?? undefined;
    if (content === undefined || isMap(content)) continue;
    throw unreadable(path, `is not a kubeconfig: "${key}" of "${name}" in "${list}" is not a mapping`);
  }
}

function unreadable(path: string, what: string): Error {
  return problem({
    code: 'config/invalid',
    cause: `The kubeconfig ${path} ${what}.`,
    remedy: 'Nothing was changed. Correct the file, or name another one with --kubeconfig.',
  });
}

/** What kubectl, which reads YAML 1.1, takes for something else than text: `no`, `1_000`, `1:30`. */
const { tags: OLD_WORDS } = new Schema({ schema: 'yaml-1.1' });

/** Its parser takes still more for numbers than YAML 1.1 does, so whatever begins like one counts as one. */
const LIKE_A_NUMBER = /^[-+]?\.?\d|^[-+]?\./;

/** A node whose text is text to kubectl as well. What a file has already stays: there, `yes` may be meant as true. */
function createNode(document: Document, value: Plain): Node {
  const node = document.createNode(value);
  visit(node, {
    Scalar(_key, scalar) {
      if (typeof scalar.value === 'string' && isAmbiguous(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return node;
}

function isAmbiguous(text: string): boolean {
  return LIKE_A_NUMBER.test(text) || OLD_WORDS.some(({ default: isPlain, test }) => isPlain && test?.test(text));
}

/** A new kubeconfig. */
export function emptyKubeconfig(): Document {
  return new Document({ apiVersion: 'v1', kind: 'Config' });
}

/** JSON stays JSON. In YAML long values are on one line, and lists as indented as they were. */
export function formatKubeconfig(document: Document, before: string | undefined): string {
  if (before !== undefined && isJson(before)) return formatJson(document, before);
  const indented = before !== undefined && /^\w[\w-]*:[ \t]*(?:#.*)?\n(?:[ \t]*#.*\n)*[ \t]+- /m.test(before);
  return document.toString({ lineWidth: 0, indentSeq: indented, flowCollectionPadding: false });
}

/** True for an object in JSON, which is YAML too. */
function isJson(text: string): boolean {
  try {
    return text.trimStart().startsWith('{') && typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

function formatJson(document: Document, before: string): string {
  const indent = /\{\r?\n([ \t]+)"/.exec(before)?.[1] ?? '';
  return `${JSON.stringify(document.toJS(), null, indent)}${before.endsWith('\n') ? '\n' : ''}`;
}

/** Sets the file's `current-context`. */
export function setCurrentContext(document: Document, name: string): void {
  document.set('current-context', createNode(document, name));
}

/** The file's `current-context`, undefined when it has none. */
export function currentContext(document: Document): string | undefined {
  const name = document.get('current-context');
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function findEntry(document: Document, list: EntryList, name: string): YAMLMap | undefined {
  const entries = document.get(list);
  if (!isSeq(entries)) return undefined;
  const entry = entries.items.find((item) => isMap(item) && item.get('name') === name);
  return isMap(entry) ? entry : undefined;
}

/** An entry's content as plain data: empty where an entry has none, undefined when there is no entry. */
export function readEntry(document: Document, list: EntryList, name: string): Record<string, unknown> | undefined {
  const entry = findEntry(document, list, name);
  if (entry === undefined) return undefined;
  const content = entry.get(CONTENT_KEY[list]);
  return isMap(content) ? content.toJS(document) : {};
}

/** The names in one list. */
export function entryNames(document: Document, list: EntryList): readonly string[] {
  const entries = document.get(list);
  if (!isSeq(entries)) return [];
  return entries.items.flatMap((item) => {
    const name = isMap(item) ? item.get('name') : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}

/**
 * Sets some keys of an entry and leaves its others alone; makes the entry when there is none.
 *
 * @returns false when everything was so already.
 */
export function setEntry(
  document: Document,
  list: EntryList,
  entry: { name: string; content: Record<string, Plain> },
): boolean {
  const key = CONTENT_KEY[list];
  const owner = findEntry(document, list, entry.name);
  if (owner === undefined) {
    listNode(document, list).add(createNode(document, { [key]: entry.content, name: entry.name }));
    return true;
  }
  const present = owner.get(key);
  if (!isMap(present)) {
    owner.set(key, createNode(document, entry.content));
    return true;
  }
  const now: Record<string, unknown> = present.toJS(document);
  const changed = Object.entries(entry.content).filter(([name, value]) => !covers(now[name], value));
  for (const [name, value] of changed) present.set(name, createNode(document, value));
  return changed.length > 0;
}

/** True when `now` has everything of `wanted`. kubectl adds keys with their defaults; those are no difference. */
function covers(now: unknown, wanted: Plain): boolean {
  if (typeof wanted !== 'object' || Array.isArray(wanted) || typeof now !== 'object' || now === null) {
    return isDeepStrictEqual(now, wanted);
  }
  return Object.entries(wanted).every(([key, value]) => covers(Reflect.get(now, key), value));
}

function listNode(document: Document, list: EntryList): YAMLSeq {
  const present = document.get(list);
  if (isSeq(present)) {
    // An empty list is written `[]`; what is added to it should still be readable.
    if (present.items.length === 0) present.flow = false;
    return present;
  }
  const created = new YAMLSeq();
  document.set(list, created);
  return created;
}
