/** From the form field `SAMLResponse` to the assertion in it that may be believed. */
import { isBase64 } from './blanks.ts';
import { decryptAssertion } from './decrypt.ts';
import { ns } from './names.ts';
import { refusal } from './refusal.ts';
import { type ParsedXml, signedElement, type Trust } from './signature.ts';
import { children, descendants, is, optionalChild, parseXml } from './xml.ts';

/** Characters of a `SAMLResponse` from which it is refused: some thousand groups. */
const maxEncoded = 1_000_000;

/** What a response is opened with. */
export interface Opening {
  readonly trust: Trust;
  /** Reads the private keys for encrypted assertions, in PEM. Called for an encrypted one only. */
  decryptionKeys(): Promise<readonly string[]>;
}

/** A response, opened. */
export interface OpenedResponse {
  /** The message. What it says may only speak against a login, unless {@link isSigned}. */
  readonly response: Element;
  /** The message itself is signed, not just the assertion. */
  readonly isSigned: boolean;
  /** The assertion, as it was signed; absent when there is none, as in a failure. */
  readonly assertion: Element | undefined;
}

/**
 * Opens a response of the HTTP POST binding (SAML 2.0 Bindings section 3.5).
 *
 * @throws {OstiaryError} `upstream/protocol` for whatever is not exactly one assertion that the provider signed, alone
 *   or with its message.
 */
export async function openResponse(encoded: string, opening: Opening): Promise<OpenedResponse> {
  const { trust } = opening;
  const text = decode(encoded);
  const received: ParsedXml = { text, element: parseXml(text) };
  const { element } = received;
  if (!is(element, ns.protocol, 'Response')) throw refusal('message that is no response', { is: element.localName });
  checkPlaces(element);
  const signed = signedElement(received, element, trust);
  const isSigned = signed !== undefined;
  const message = signed ?? received;
  const found = await assertionIn(message, opening);
  const assertion = found && believe(found, { trust, isSigned });
  return { response: message.element, isSigned, assertion };
}

/** The assertion of a message and the document it stands in, which is one of its own when it was encrypted. */
async function assertionIn(message: ParsedXml, opening: Opening): Promise<Found | undefined> {
  const encrypted = optionalChild(message.element, ns.assertion, 'EncryptedAssertion');
  if (encrypted === undefined) {
    const assertion = optionalChild(message.element, ns.assertion, 'Assertion');
    return assertion && { assertion, within: message };
  }
  const text = await decryptAssertion(encrypted, await opening.decryptionKeys());
  const root = parseXml(text);
  if (!is(root, ns.assertion, 'Assertion')) throw refusal('encrypted something else', { is: root.localName });
  checkStrays(root, []);
  return { assertion: root, within: { text, element: root } };
}

interface Found {
  readonly assertion: Element;
  readonly within: ParsedXml;
}

/** A signature of its own is checked even when the message has one: a wrong one is never harmless. */
function believe({ assertion, within }: Found, { trust, isSigned }: { trust: Trust; isSigned: boolean }): Element {
  const signed = signedElement(within, assertion, trust);
  if (signed === undefined && !isSigned) throw refusal('assertion that is not signed');
  return signed?.element ?? assertion;
}

function decode(encoded: string): string {
  if (encoded.length > maxEncoded) throw refusal('response that is too large', { characters: encoded.length });
  if (!isBase64(encoded)) throw refusal('response that is not base64');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'));
  } catch (cause) {
    throw refusal('response that is not UTF-8', {}, cause);
  }
}

/** Names that mean something to a reader of SAML, wherever they stand and whatever their namespace. */
const meaningful = new Set([
  'Response',
  'Assertion',
  'EncryptedAssertion',
  'Signature',
  'SignedInfo',
  'SignatureValue',
]);

/**
 * There is one assertion, directly in the response, and signatures only directly in one of the two. Anything of these
 * names elsewhere is there to be taken for the real one.
 */
function checkPlaces(response: Element): void {
  const assertions = [
    ...children(response, ns.assertion, 'Assertion'),
    ...children(response, ns.assertion, 'EncryptedAssertion'),
  ];
  if (assertions.length > 1) throw refusal('more than one assertion', { assertions: assertions.length });
  checkStrays(response, assertions);
}

function checkStrays(root: Element, inside: readonly Element[]): void {
  const places = [root, ...inside];
  const allowed = new Set(places);
  for (const signature of places.flatMap((place) => children(place, ns.signature, 'Signature'))) {
    allowed.add(signature);
    for (const name of ['SignedInfo', 'SignatureValue']) {
      for (const part of children(signature, ns.signature, name)) allowed.add(part);
    }
  }
  for (const element of descendants(root)) {
    if (meaningful.has(element.localName) && !allowed.has(element)) {
      throw refusal('element in a place where it does not belong', { element: element.nodeName });
    }
  }
}
