/**
 * Whose key made a signature, found out before anything is done with the document. What costs time (digests over the
 * whole document) is then done only for documents that the provider signed, so strangers cannot keep the server busy.
 */
import type { X509Certificate } from 'node:crypto';
import { ExclusiveCanonicalization, type NamespacePrefix } from 'xml-crypto';
import type { Algorithms } from './algorithms.ts';
import { ns } from './names.ts';
import { attribute, isElement, onlyChild, textOf } from './xml.ts';

/**
 * The certificates whose key made the signature value over `SignedInfo`. It says nothing of what was signed.
 *
 * @param signature of the form that SAML allows; that has been checked.
 */
export function signersOf(
  signature: Element,
  { certificates, algorithms }: { readonly certificates: readonly X509Certificate[]; readonly algorithms: Algorithms },
): readonly X509Certificate[] {
  const signedInfo = onlyChild(signature, ns.signature, 'SignedInfo');
  const method = attribute(onlyChild(signedInfo, ns.signature, 'SignatureMethod'), 'Algorithm') ?? '';
  const Algorithm = algorithms.signatures[method];
  if (Algorithm === undefined) return [];
  const value = textOf(onlyChild(signature, ns.signature, 'SignatureValue'));
  const bytes = canonical(signedInfo);
  return certificates.filter((certificate) => {
    try {
      return new Algorithm().verifySignature(bytes, certificate.toString(), value);
    } catch {
      return false;
    }
  });
}

/** Canonical XML of an element on its own. The library adds declarations to what it is given, hence the copy. */
function canonical(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  return new ExclusiveCanonicalization().process(copy, { ancestorNamespaces: namespacesAround(element) });
}

/** The prefixes that are declared around an element, the nearest declaration of each. */
function namespacesAround(element: Element): NamespacePrefix[] {
  const found = new Map<string, string>();
  for (let node = element.parentNode; node !== null && isElement(node); node = node.parentNode) {
    for (const { prefix, localName, value } of Array.from(node.attributes)) {
      if (prefix === 'xmlns' && !found.has(localName)) found.set(localName, value);
    }
  }
  return Array.from(found, ([prefix, namespaceURI]) => ({ prefix, namespaceURI }));
}
