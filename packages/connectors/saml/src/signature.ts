/**
 * From a signature to the bytes it covers. Only those are read afterwards: not the document they came in, in which an
 * attacker may have put more (signature wrapping).
 */
import type { X509Certificate } from 'node:crypto';
import { isOstiaryError } from '@ostiary/primitives';
import { SignedXml } from 'xml-crypto';
import type { Algorithms } from './algorithms.ts';
import { ns } from './names.ts';
import { refusal } from './refusal.ts';
import { signersOf } from './signer.ts';
import { attribute, children, elements, is, onlyChild, optionalChild, parseXml, textOf } from './xml.ts';

/** Whose signatures are believed, and in which form. */
export interface Trust {
  /** The provider's certificates, known beforehand. One that a message brings along is never looked at. */
  readonly certificates: readonly X509Certificate[];
  readonly algorithms: Algorithms;
}

/** A document: its text, and the root that was read from it. */
export interface Readable {
  readonly text: string;
  readonly element: Element;
}

/** Canonicalization with or without comments is the same here, where there are none. */
const canonicalization: ReadonlySet<string> = new Set([ns.exclusive, `${ns.exclusive}WithComments`]);
const enveloped = `${ns.signature}enveloped-signature`;

const base64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/u;

/**
 * What the signature directly in `element` covers, read anew from the canonical bytes that were signed.
 *
 * @param document the document in which `element` stands.
 * @returns the same element as it was signed, without the signature; `undefined` when it is not signed.
 * @throws {OstiaryError} `upstream/protocol` for a signature that is not of the one form SAML allows (SAML 2.0 Core
 *   section 5.4), or that none of the certificates verifies.
 */
export function signedElement(document: Readable, element: Element, trust: Trust): Readable | undefined {
  const signature = optionalChild(element, ns.signature, 'Signature');
  if (signature === undefined) return undefined;
  const id = attribute(element, 'ID');
  if (id === undefined || !/^[\w.-]+$/u.test(id)) throw refusal('signed element without a proper ID');
  checkForm(signature, { id, algorithms: trust.algorithms });
  const text = verifiedBytes(document.text, signature, trust);
  const signed = parseXml(text);
  const { namespaceURI, localName } = element;
  if (!is(signed, namespaceURI ?? '', localName) || attribute(signed, 'ID') !== id) {
    throw refusal('signature that covers something else', { covers: signed.localName });
  }
  return { text, element: signed };
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
  const [signedInfo, signatureValue] = sequence(signature, ['SignedInfo', 'SignatureValue'], 'KeyInfo');
  const [method, signatureMethod, reference] = sequence(signedInfo, [
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  ]);
  oneOf(method, canonicalization);
  prefixListOnly(method);
  oneOf(signatureMethod, Object.keys(algorithms.signatures));
  empty(signatureMethod);
  if (attribute(reference, 'URI') !== `#${id}`) throw refusal('signature that refers to something else', { id });
  const [transforms, digestMethod, digestValue] = sequence(reference, ['Transforms', 'DigestMethod', 'DigestValue']);
  checkTransforms(transforms);
  oneOf(digestMethod, Object.keys(algorithms.hashes));
  empty(digestMethod);
  for (const value of [signatureValue, digestValue]) {
    if (!base64.test(textOf(value))) throw refusal('signature or digest that is not base64');
  }
}

function checkTransforms(transforms: Element): void {
  const [first, second] = sequence(transforms, ['Transform', 'Transform']);
  oneOf(first, [enveloped]);
  empty(first);
  oneOf(second, canonicalization);
  prefixListOnly(second);
}

/** The children, which must be these in this order, and at most one `last` behind them. */
function sequence<const N extends readonly string[]>(
  parent: Element,
  names: N,
  last?: string,
): { readonly [K in keyof N]: Element } {
  const found = elements(parent);
  const wanted = last !== undefined && found.length > names.length ? [...names, last] : names;
  const fits = found.length === wanted.length && wanted.every((name, index) => isNamed(found[index], name));
  if (!fits) throw refusal('signature of another form', { in: parent.localName, has: found.map((e) => e.localName) });
  // The line above has seen that there are as many elements as names.
  return found.slice(0, names.length) as unknown as { readonly [K in keyof N]: Element };
}

const isNamed = (element: Element | undefined, name: string): boolean =>
  element !== undefined && is(element, ns.signature, name);

function oneOf(element: Element, allowed: Iterable<string>): void {
  const algorithm = attribute(element, 'Algorithm') ?? '';
  if (![...allowed].includes(algorithm)) throw refusal('algorithm that is not allowed', { algorithm });
}

function empty(element: Element): void {
  if (elements(element).length > 0) throw refusal('signature of another form', { in: element.localName });
}

/** Prefixes whose namespaces are signed along are the only parameter of exclusive canonicalization. */
function prefixListOnly(element: Element): void {
  const lists = children(element, ns.exclusive, 'InclusiveNamespaces');
  if (elements(element).length > lists.length || lists.length > 1) {
    throw refusal('signature of another form', { in: element.localName });
  }
  if (lists.length === 1) empty(onlyChild(element, ns.exclusive, 'InclusiveNamespaces'));
}
