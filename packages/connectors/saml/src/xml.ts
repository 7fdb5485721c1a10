/**
 * The one way from text to elements. What it lets through means the same to every reader of XML: no document type, no
 * comment, no processing instruction, no CDATA, no entity of its own, no doubtful namespace, no id that comes twice.
 * Attacks on SAML live on these, and no identity provider needs them.
 */
import { DOMParser } from '@xmldom/xmldom';
import { SaxesParser } from 'saxes';
import { trimBlanks } from './blanks.ts';
import { refusal } from './refusal.ts';

/** Depth of elements from which a document is refused. A response has about ten. */
const maxDepth = 30;

/** Attributes of one element, declarations of namespaces included, from which a document is refused. */
const maxAttributes = 20;

/** Elements from which a document is refused: each group of a person is one. */
const maxElements = 20_000;

/** An XML declaration, as far as it may say anything: version 1.0, UTF-8. */
const declaration =
  /^\uFEFF?<\?xml\s+version\s*=\s*(["'])1\.0\1(?:\s+encoding\s*=\s*(["'])utf-?8\2)?(?:\s+standalone\s*=\s*(["'])(?:yes|no)\3)?\s*\?>/iu;

const elementNode = 1;

/** What a document may have besides elements and text. */
export interface XmlOptions {
  /** Comments are passed over. For documents that are trusted for where they come from, not for a signature. */
  readonly comments?: boolean;
}

/**
 * Reads a document and answers its root.
 *
 * @throws {OstiaryError} `upstream/protocol` for what is not well-formed, or more than plain elements and text.
 */
export function parseXml(text: string, { comments = false }: XmlOptions = {}): Element {
  const body = text.replace(declaration, '');
  // In well-formed XML these begin nothing else: comments, CDATA and document types, and processing instructions.
  if ((comments ? /<!(?!--)/u : /<!/u).test(body)) throw refusal('comment, CDATA or DTD in XML');
  // The parser below takes them for line breaks, as XML 1.1 does; in what others signed and we accept they are letters.
  if (!comments && /[\u0085\u2028]/u.test(body)) throw refusal('line break of XML 1.1');
  if (body.includes('<?')) throw refusal('processing instruction in XML');
  checkWellFormed(body);
  const root = new DOMParser({ errorHandler: { warning: fail, error: fail, fatalError: fail } }).parseFromString(
    body,
    'text/xml',
  ).documentElement;
  checkElement(root, new Set());
  return root;
}

const fail = (problem: string): never => {
  throw refusal('XML that is not well-formed', { problem });
};

/**
 * The parser that builds the elements forgives much (a tag that is never closed). This one forgives nothing, and has
 * no say but no. It also stops early what would keep the other busy: each level and each declaration of a namespace
 * makes every element below more expensive.
 */
function checkWellFormed(text: string): void {
  const parser = new SaxesParser({ xmlns: true, position: false });
  let depth = 0;
  let count = 0;
  parser.on('error', ({ message }) => fail(message));
  parser.on('opentag', ({ attributes }) => {
    depth += 1;
    count += 1;
    if (count > maxElements) throw refusal('XML with too many elements');
    if (depth > maxDepth) throw refusal('XML that is nested too deeply');
    if (Object.keys(attributes).length > maxAttributes) throw refusal('element with too many attributes');
  });
  parser.on('closetag', () => {
    depth -= 1;
  });
  parser.write(text).close();
}

function checkElement(element: Element, ids: Set<string>): void {
  if (!isAbsolute(element.namespaceURI)) throw refusal('element without namespace', { element: element.nodeName });
  for (const { name, prefix, localName, value } of Array.from(element.attributes)) {
    const isDeclaration = name === 'xmlns' || prefix === 'xmlns';
    // A relative namespace makes canonicalization fail, and some answer nothing then, which any digest of nothing fits.
    if (isDeclaration && value !== '' && !isAbsolute(value)) throw refusal('relative namespace', { name, value });
    if (!isDeclaration && localName.toLowerCase() === 'id') keepId(value, ids);
  }
  for (const child of elements(element)) checkElement(child, ids);
}

/** Signatures point at ids, so one that two elements have, however it is spelled, could mean either. */
function keepId(id: string, ids: Set<string>): void {
  if (ids.has(id)) throw refusal('id that comes twice', { id });
  ids.add(id);
}

/** Namespaces are absolute URIs: a scheme, a colon, something. */
const isAbsolute = (uri: string | null | undefined): boolean => /^[a-z][a-z0-9+.-]*:\S+$/iu.test(uri ?? '');

export const isElement = (node: Node): node is Element => node.nodeType === elementNode;

/** The elements directly below. */
export function elements(parent: Element): readonly Element[] {
  return Array.from(parent.childNodes).filter(isElement);
}

/** The elements of that name directly below. */
export function children(parent: Element, namespace: string, name: string): readonly Element[] {
  return elements(parent).filter((child) => is(child, namespace, name));
}

export const is = (element: Element, namespace: string, name: string): boolean =>
  element.namespaceURI === namespace && element.localName === name;

/**
 * The element of that name directly below, if there is one.
 *
 * @throws {OstiaryError} `upstream/protocol` when there are several: which one counts must never be a question.
 */
export function optionalChild(parent: Element, namespace: string, name: string): Element | undefined {
  const [first, ...others] = children(parent, namespace, name);
  if (others.length > 0) throw refusal('element that comes more than once', { element: name });
  return first;
}

/**
 * The only element of that name directly below.
 *
 * @throws {OstiaryError} `upstream/protocol` when there is none, or several.
 */
export function onlyChild(parent: Element, namespace: string, name: string): Element {
  const child = optionalChild(parent, namespace, name);
  if (child === undefined) throw refusal('element that is missing', { element: name });
  return child;
}

/** The text of an element that has nothing but text, without blanks at its ends; throws like {@link exactTextOf}. */
export const textOf = (element: Element): string => trimBlanks(exactTextOf(element));

/**
 * The text of an element that has nothing but text, every blank included.
 *
 * @throws {OstiaryError} `upstream/protocol` when there are elements in it.
 */
export function exactTextOf(element: Element): string {
  if (elements(element).length > 0) throw refusal('elements where text belongs', { element: element.localName });
  return element.textContent ?? '';
}

/** An attribute without namespace; `undefined` when it is absent. */
export function attribute(element: Element, name: string): string | undefined {
  return element.hasAttribute(name) ? (element.getAttribute(name) ?? undefined) : undefined;
}

/** `xs:dateTime`; without a time zone it is UTC (SAML 2.0 Core section 1.3.3). */
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/u;

/**
 * A time in an attribute; `undefined` when it is absent.
 *
 * @throws {OstiaryError} `upstream/protocol` for what is no time: a limit that cannot be read is not no limit.
 */
export function timeOf(element: Element, name: string): Date | undefined {
  const text = attribute(element, name);
  if (text === undefined) return undefined;
  const match = dateTime.exec(text);
  const time = new Date(match?.[1] === undefined ? `${text}Z` : text);
  if (match === null || Number.isNaN(time.getTime())) throw refusal('time that cannot be read', { [name]: text });
  return time;
}

/** The earliest of the times that these elements have in that attribute; `undefined` when none has one. */
export function earliest(elements: readonly Element[], name: string): Date | undefined {
  const times = elements.flatMap((element) => timeOf(element, name)?.getTime() ?? []);
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

/** Every element below, itself included. */
export function* descendants(element: Element): Generator<Element> {
  yield element;
  for (const child of elements(element)) yield* descendants(child);
}
