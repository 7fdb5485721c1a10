/** Signature wrapping: something signed is moved aside, and something else stands where it was read. */
import { describe, expect, it } from 'vitest';
import { assertionXml, goodAnswer, responseXml, type Said, sign } from './provider.ts';
import { good, idp, open, refused } from './support.ts';

const evilSaid = (id: string): Said => ({ id: '_evil', inResponseTo: id, nameId: 'u-admin' });
const evilAssertion = (id: string): string => assertionXml(evilSaid(id));
const assertionOf = (xml: string): string => /<saml:Assertion[\s\S]*<\/saml:Assertion>/u.exec(xml)?.[0] ?? '';
const signatureOf = (xml: string): string => /<ds:Signature[ >][\s\S]*<\/ds:Signature>/u.exec(xml)?.[0] ?? '';
const signedResponse = (id: string): string => sign(responseXml(goodAnswer(id)), { ...idp, element: 'Response' });
const evilResponse = (id: string): string =>
  responseXml({ ...goodAnswer(id), assertion: evilSaid(id) }).replace('_response', '_evil_response');

/** An evil assertion that shows the signature of the good one. */
function evilWithSignature(xml: string, id: string): string {
  return evilAssertion(id).replace('</saml:Issuer>', `</saml:Issuer>${signatureOf(xml)}`);
}
const withoutSignature = (xml: string): string => xml.replace(signatureOf(xml), '');
const put = (xml: string, where: RegExp, what: string): string => xml.replace(where, (match) => what + match);
const putAfter = (xml: string, where: RegExp, what: string): string => xml.replace(where, (match) => match + what);

const misplaced = 'element in a place where it does not belong';
const several = 'more than one assertion';

const wrappings: readonly (readonly [string, (id: string) => string, string])[] = [
  [
    'XSW1: the signed response in the signature of an evil one',
    (id) => {
      const original = signedResponse(id);
      const inside = putAfter(signatureOf(original), /<\/ds:KeyInfo>/u, withoutSignature(original));
      return putAfter(evilResponse(id), /<\/saml:Issuer>/u, inside);
    },
    misplaced,
  ],
  [
    'XSW2: the signed response beside its signature in an evil one',
    (id) => {
      const original = signedResponse(id);
      return putAfter(evilResponse(id), /<\/saml:Issuer>/u, withoutSignature(original) + signatureOf(original));
    },
    misplaced,
  ],
  [
    'XSW3: an evil assertion before the signed one',
    (id) => put(good(id), /<saml:Assertion/u, evilAssertion(id)),
    several,
  ],
  [
    'XSW3b: an evil assertion after the signed one',
    (id) => put(good(id), /<\/samlp:Response>/u, evilAssertion(id)),
    several,
  ],
  [
    'XSW4: the signed assertion inside an evil one',
    (id) => {
      const xml = good(id);
      return xml.replace(assertionOf(xml), put(evilAssertion(id), /<\/saml:Assertion>/u, assertionOf(xml)));
    },
    misplaced,
  ],
  [
    'XSW5: an evil assertion with the signature, the signed one without it at the end',
    (id) => {
      const xml = good(id);
      const original = withoutSignature(assertionOf(xml));
      return xml.replace(assertionOf(xml), evilWithSignature(xml, id) + original);
    },
    several,
  ],
  [
    'XSW6: the signed assertion in the signature of an evil one',
    (id) => {
      const xml = good(id);
      const original = withoutSignature(assertionOf(xml));
      const evil = putAfter(evilWithSignature(xml, id), /<\/ds:KeyInfo>/u, original);
      return xml.replace(assertionOf(xml), evil);
    },
    misplaced,
  ],
  [
    'XSW7: an evil assertion in Extensions',
    (id) => {
      const extensions = `<samlp:Extensions>${evilAssertion(id)}</samlp:Extensions>`;
      return put(good(id), /<samlp:Status>/u, extensions);
    },
    misplaced,
  ],
  [
    'XSW8: the signed assertion in an Object of the signature of an evil one',
    (id) => {
      const xml = good(id);
      const object = `<ds:Object>${withoutSignature(assertionOf(xml))}</ds:Object>`;
      return xml.replace(assertionOf(xml), putAfter(evilWithSignature(xml, id), /<\/ds:KeyInfo>/u, object));
    },
    misplaced,
  ],
  [
    'a signed assertion in an attribute of an evil one',
    (id) => {
      const xml = good(id);
      const evil = putAfter(evilAssertion(id), /<saml:AttributeValue>/u, assertionOf(xml));
      return xml.replace(assertionOf(xml), evil);
    },
    misplaced,
  ],
  [
    'an assertion of another namespace',
    (id) => put(good(id), /<samlp:Status>/u, evilAssertion(id).replaceAll('SAML:2.0:assertion', 'SAML:9.0:assertion')),
    misplaced,
  ],
  [
    'a second signature in a namespace of its own',
    (id) => {
      const xml = good(id);
      const other = signatureOf(xml).replaceAll('2000/09/xmldsig#', '2099/09/xmldsig#');
      return put(xml, /<ds:Signature[ >]/u, other);
    },
    misplaced,
  ],
  [
    'a second signature beside the first',
    (id) => {
      const xml = good(id);
      return put(xml, /<ds:Signature[ >]/u, signatureOf(xml));
    },
    'element that comes more than once',
  ],
  [
    'an evil assertion with the id of the signed one, which stands in an extension',
    (id) => {
      const xml = good(id);
      const original = `<samlp:Extensions><x:A xmlns:x="urn:x" ID="_assertion"/></samlp:Extensions>`;
      return put(xml, /<samlp:Status>/u, original);
    },
    'id that comes twice',
  ],
  [
    'two ids on one element (attribute pollution)',
    (id) => good(id).replace('ID="_assertion"', 'ID="_assertion" samlp:ID="_assertion" xmlns:samlp="urn:oasis:x"'),
    'id that comes twice',
  ],
  [
    'the same id in another spelling',
    (id) => good(id).replace('<samlp:Status>', '<samlp:Status Id="_assertion">'),
    'id that comes twice',
  ],
  [
    'an evil assertion that shows the signature of a good one that is not there',
    (id) => {
      const xml = good(id);
      return xml.replace(assertionOf(xml), evilWithSignature(xml, id));
    },
    'signature that refers to something else',
  ],
  [
    'an evil assertion with the id and the signature of the good one',
    (id) => {
      const xml = good(id);
      return xml.replace(assertionOf(xml), evilWithSignature(xml, id).replace('_evil', '_assertion'));
    },
    'document that was changed after it was signed',
  ],
  [
    'a response that only the response of another signature surrounds',
    (id) => withoutSignature(good(id)),
    'assertion that is not signed',
  ],
  [
    'an assertion that was put into a signed response afterwards',
    (id) => {
      const failure = sign(responseXml({ ...goodAnswer(id), assertion: undefined }), { ...idp, element: 'Response' });
      return put(failure, /<\/samlp:Response>/u, evilAssertion(id));
    },
    'document that was changed after it was signed',
  ],
];

describe('signature wrapping', () => {
  it.each(wrappings)('%s', async (_name, make, reason) => {
    const { begin } = await open();
    const { id, finish } = await begin();
    expect(await refused(finish(make(id)))).toEqual({ code: 'upstream/protocol', reason });
  });

  it('reads the assertion that was signed, and nothing of the message around it', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const outside = '<saml:Subject><saml:NameID>u-admin</saml:NameID></saml:Subject>';
    expect(await finish(put(good(id), /<samlp:Status>/u, outside))).toMatchObject({ userId: 'u-1' });
  });

  it.each([
    ['an assertion, in the message', (id: string) => good(id), /<samlp:Status>/u],
    ['an assertion, in its signature', (id: string) => good(id), /<\/ds:KeyInfo>/u],
    ['a response, in its signature', signedResponse, /<\/ds:KeyInfo>/u],
  ])('leaves little room around %s, since all of it must be searched', async (_what, make, where) => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const filled = (elements: number) => put(make(id), where, '<x:Filler xmlns:x="urn:x"/>'.repeat(elements));
    const reason = 'too many elements around what is signed';
    expect(await refused(finish(filled(100)))).toEqual({ code: 'upstream/protocol', reason });
    expect(await finish(filled(70))).toMatchObject({ userId: 'u-1' });
  });
});
