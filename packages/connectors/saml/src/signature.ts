/**
 * From a signature to the bytes it covers. Only those are read afterwards: not the document they came in, in which an
 * attacker may have put more (signature wrapping).
 */
import type { X509Certificate } from 'node:crypto';
import { isOstiaryError } from '@ostiary/primitives';
import { SignedXml } from 'xml-crypto';
import type { Algorithms } from './algorithms.ts';
import { isBase64 } from './blanks.ts';
import { enveloped, ns } from './names.ts';
import { refusal } from './refusal.ts';
import { signersOf } from './signer.ts';
import { attribute, descendants, elements, is, onlyChild, optionalChild, parseXml, textOf } from './xml.ts';

/** Whose signatures are believed, and in which form. */
export interface Trust {
  /** The provider's certificates, known beforehand. One that a message brings along is never looked at. */
  readonly certificates: readonly X509Certificate[];
  readonly algorithms: Algorithms;
}

/** A document: its text, and the root that was read from it. */
export interface ParsedXml {
  readonly text: string;
  readonly element: Element;
}

/** Canonicalization with or without comments is the same here, where there are none. */
const canonicalization = [ns.exclusive, `${ns.exclusive}WithComments`];

/**
 * Elements that a signature does not cover, its own included, from which a document is refused. A response has about
 * twenty, and one more for each certificate that it brings along.
 */
const maxAround = 100;

/**
 * What the signature directly in `element` covers, read anew from the canonical bytes that were signed.
 *
 * @param document the document in which `element` stands.
 * @returns the same element as it was signed, without the signature; `undefined` when it is not signed.
 * @throws {OstiaryError} `upstream/protocol` for a signature that is not of the one form SAML allows (SAML 2.0 Core
 *   section 5.4), or that none of the certificates verifies.
 */
export function signedElement(document: ParsedXml, element: Element, trust: Trust): ParsedXml | undefined {
  const signature = optionalChild(element, ns.signature, 'Signature');
  if (signature === undefined) return undefined;
  const id = attribute(element, 'ID');
  if (id === undefined || !/^[\w.-]+$/u.test(id)) throw refusal('signed element without a proper ID');
  checkForm(signature, { id, algorithms: trust.algorithms });
  checkAround(document, element, signature);
  const text = verifiedBytes(document.text, signature, trust);
  const signed = parseXml(text);
  const { namespaceURI, localName } = element;
  if (!is(signed, namespaceURI ?? '', localName) || attribute(signed, 'ID') !== id) {
    throw refusal('signature that covers something else', { covers: signed.localName });
  }
  return { text, element: signed };
}

/** The library searches the whole document, and whoever has one signed answer can put more around it. */
function checkAround(document: ParsedXml, element: Element, signature: Element): void {
  const count = (root: Element) => [...descendants(root)].length;
  const around = count(document.element) - count(element) + count(signature);
  if (around > maxAround) throw refusal('too many elements around what is signed', { elements: around });
}

function verifiedBytes(text: string, signature: Element, trust: Trust): string {
  const { certificates, algorithms } = trust;
  const [signer] = signersOf(signature, trust);
  if (signer === undefined) throw refusal(unverified, { certificates: certificates.length });
  const verifier = new SignedXml({ publicCert: signer.toString(), getCertFromKeyInfo: () => null });
  verifier.SignatureAlgorithms = algorithms.signatures;
  verifier.HashAlgorithms = algorithms.hashes;
  verifier.loadSignature(signature);
  if (!isGood(verifier, text)) throw refusal('document that was changed after it was signed');
  const [bytes, ...others] = verifier.getSignedReferences();
  if (bytes === undefined || bytes === '' || others.length > 0) throw refusal('signature that covers nothing');
  return bytes;
}

/** The library throws for some failures and answers `false` for others. */
function isGood(verifier: SignedXml, text: string): boolean {
  try {
    return verifier.checkSignature(text);
  } catch (cause) {
    throw refusal('signature that the verifier refuses', {}, cause);
  }
}

const unverified = 'signature that no certificate of the provider verifies';

/** True for a well-formed signature by a key that is not known: perhaps the provider has a new one. */
export function isUnverified(error: unknown): boolean {
  return isOstiaryError(error, 'upstream/protocol') && error.detail.reason === unverified;
}

/** What {@link checkForm} compares with. */
interface Form {
  readonly id: string;
  readonly algorithms: Algorithms;
}

/**
 * One signature has one SignedInfo with one reference to its parent, and nothing that a verifier and a reader could
 * take differently. Checked before any library sees it.
 */
function checkForm(signature: Element, { id, algorithms }: Form): void {
  exactly(signature, ['SignedInfo', 'SignatureValue'], 'KeyInfo');
  const signedInfo = part(signature, 'SignedInfo');
  exactly(signedInfo, ['CanonicalizationMethod', 'SignatureMethod', 'Reference']);
  checkCanonicalization(part(signedInfo, 'CanonicalizationMethod'));
  checkAlgorithm(part(signedInfo, 'SignatureMethod'), Object.keys(algorithms.signatures));
  const reference = part(signedInfo, 'Reference');
  if (attribute(reference, 'URI') !== `#${id}`) throw refusal('signature that refers to something else', { id });
  exactly(reference, ['Transforms', 'DigestMethod', 'DigestValue']);
  checkTransforms(part(reference, 'Transforms'));
  checkAlgorithm(part(reference, 'DigestMethod'), Object.keys(algorithms.hashes));
  for (const value of [part(signature, 'SignatureValue'), part(reference, 'DigestValue')]) {
    if (!isBase64(textOf(value))) throw refusal('signature or digest that is not base64');
  }
}

function checkTransforms(transforms: Element): void {
  exactly(transforms, ['Transform', 'Transform']);
  for (const [index, transform] of elements(transforms).entries()) {
    if (index === 0) checkAlgorithm(transform, [enveloped]);
    else checkCanonicalization(transform);
  }
}

/** The children must be these in this order, with at most one `last` behind them. */
function exactly(parent: Element, names: readonly string[], last?: string): void {
  const found = elements(parent);
  const wanted = last !== undefined && found.length > names.length ? [...names, last] : names;
  const fits = found.length === wanted.length && wanted.every((name, index) => isNamed(found[index], name));
  if (!fits) throw refusal('signature of another form', { in: parent.localName, has: found.map((e) => e.localName) });
}

const part = (parent: Element, name: string): Element => onlyChild(parent, ns.signature, name);

const isNamed = (element: Element | undefined, name: string): boolean =>
  element !== undefined && is(element, ns.signature, name);

/** One of these algorithms, without parameters. */
function checkAlgorithm(element: Element, allowed: readonly string[]): void {
  checkName(element, allowed);
  if (elements(element).length > 0) throw refusal('signature of another form', { in: element.localName });
}

/** Prefixes whose namespaces are signed along are the only parameter of exclusive canonicalization. */
function checkCanonicalization(element: Element): void {
  checkName(element, canonicalization);
  const [list, ...others] = elements(element);
  if (list === undefined) return;
  const isList = is(list, ns.exclusive, 'InclusiveNamespaces') && elements(list).length === 0;
  if (!isList || others.length > 0) throw refusal('signature of another form', { in: element.localName });
}

function checkName(element: Element, allowed: readonly string[]): void {
  const algorithm = attribute(element, 'Algorithm') ?? '';
  if (!allowed.includes(algorithm)) throw refusal('algorithm that is not allowed', { algorithm });
}
