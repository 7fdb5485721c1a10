/** Signatures that are forged, of a form that invites doubt, or made with what must not be used. */
import { createHmac, createPublicKey, X509Certificate } from 'node:crypto';
import { SaxesParser } from 'saxes';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { SignedXml } from 'xml-crypto';
import { type KeyPair, makeKeyPair } from './certificates.ts';
import { goodAnswer, responseXml, sign } from './provider.ts';
import { good, idp, open, refused } from './support.ts';

let mallory: KeyPair;
beforeAll(async () => {
  mallory = await makeKeyPair();
});

const unsigned = (id: string): string => responseXml(goodAnswer(id));
const evil = (id: string): string => responseXml(goodAnswer(id, { nameId: 'u-admin' }));
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const inclusive = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const hmac = 'http://www.w3.org/2000/09/xmldsig#hmac-sha1';

const list = `<e:InclusiveNamespaces xmlns:e="${exclusive}" PrefixList="xs"/>`;

const changed = 'document that was changed after it was signed';
const nothing = 'signature that covers nothing';
const unverified = 'signature that no certificate of the provider verifies';
const form = 'signature of another form';
const algorithm = 'algorithm that is not allowed';
const noise = 'comment, CDATA or DTD in XML';

/** A signature whose value is an HMAC with the public key, which everybody has. */
function signedWithPublicKey(id: string): string {
  const xml = sign(evil(id), idp).replace(/SignatureMethod Algorithm="[^"]+"/u, `SignatureMethod Algorithm="${hmac}"`);
  const publicKey = createPublicKey(
    new X509Certificate(idp.certificate).publicKey.export({ type: 'spki', format: 'pem' }),
  );
  const key = publicKey.export({ type: 'spki', format: 'pem' });
  const [signedInfo = ''] = /<ds:SignedInfo>[\s\S]*<\/ds:SignedInfo>/u.exec(xml) ?? [];
  const canonical = signedInfo.replace(
    '<ds:SignedInfo',
    '<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"',
  );
  const value = createHmac('sha1', key).update(canonical).digest('base64');
  return xml.replace(/<ds:SignatureValue>[^<]*/u, `<ds:SignatureValue>${value}`);
}

const replaced =
  (what: RegExp | string, by: string) =>
  (id: string): string =>
    good(id).replace(what, by);

const cases: readonly (readonly [string, (id: string) => string | Promise<string>, string])[] = [
  ['no signature at all', unsigned, 'assertion that is not signed'],
  ['a NameID changed afterwards', replaced('>u-1<', '>u-admin<'), changed],
  ['a group added afterwards', replaced('>ops<', '>admins<'), changed],
  ['a key of somebody else, whose certificate is in KeyInfo', (id) => sign(evil(id), mallory), unverified],
  [
    'a key of somebody else, with the certificate of the provider in KeyInfo',
    (id) => sign(evil(id), { key: mallory.key, certificate: idp.certificate }),
    unverified,
  ],
  ['an HMAC with the public key', signedWithPublicKey, algorithm],
  [
    'SHA-1 in the signature',
    (id) => sign(unsigned(id), { ...idp, method: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }),
    algorithm,
  ],
  [
    'SHA-1 in the digest',
    (id) => sign(unsigned(id), { ...idp, digest: 'http://www.w3.org/2000/09/xmldsig#sha1' }),
    algorithm,
  ],
  [
    'an algorithm that nobody knows',
    replaced(/SignatureMethod Algorithm="[^"]+"/u, 'SignatureMethod Algorithm="none"'),
    algorithm,
  ],
  ['no algorithm', replaced(/SignatureMethod Algorithm="[^"]+"/u, 'SignatureMethod'), algorithm],
  [
    'inclusive canonicalization of SignedInfo',
    (id) => sign(unsigned(id), { ...idp, canonicalization: inclusive }),
    algorithm,
  ],
  [
    'inclusive canonicalization of what is signed',
    (id) => sign(unsigned(id), { ...idp, transforms: [enveloped, inclusive] }),
    algorithm,
  ],
  ['the enveloped transform alone', (id) => sign(unsigned(id), { ...idp, transforms: [enveloped] }), form],
  ['no enveloped transform', replaced(new RegExp(`<ds:Transform Algorithm="${enveloped}"/>`, 'u'), ''), form],
  ['a third transform', replaced('</ds:Transforms>', `<ds:Transform Algorithm="${exclusive}"/></ds:Transforms>`), form],
  [
    'transforms in another order',
    (id) => sign(unsigned(id), { ...idp, transforms: [exclusive, enveloped] }),
    algorithm,
  ],
  [
    'XSLT',
    replaced(`${exclusive}"/></ds:Transforms>`, 'http://www.w3.org/TR/1999/REC-xslt-19991116"/></ds:Transforms>'),
    algorithm,
  ],
  ['XPath', replaced(enveloped, 'http://www.w3.org/TR/1999/REC-xpath-19991116'), algorithm],
  ['base64', replaced(enveloped, 'http://www.w3.org/2000/09/xmldsig#base64'), algorithm],
  [
    'a parameter in the enveloped transform',
    replaced(`${enveloped}"/>`, `${enveloped}"><x:P xmlns:x="urn:x"/></ds:Transform>`),
    form,
  ],
  [
    'a parameter in canonicalization',
    replaced(`${exclusive}"/></ds:Transforms>`, `${exclusive}"><x:P xmlns:x="urn:x"/></ds:Transform></ds:Transforms>`),
    form,
  ],
  [
    'two lists of prefixes',
    replaced(`${exclusive}"/></ds:Transforms>`, `${exclusive}">${list}${list}</ds:Transform></ds:Transforms>`),
    form,
  ],
  [
    'something in a list of prefixes',
    replaced(
      `${exclusive}"/></ds:Transforms>`,
      `${exclusive}">${list.replace('/>', '><x:P xmlns:x="urn:x"/></e:InclusiveNamespaces>')}</ds:Transform></ds:Transforms>`,
    ),
    form,
  ],
  ['two SignedInfo', replaced(/<ds:SignedInfo>[\s\S]*<\/ds:SignedInfo>/u, '$&$&'), form],
  ['two SignatureValue', replaced(/<ds:SignatureValue>[^<]*<\/ds:SignatureValue>/u, '$&$&'), form],
  ['two references', replaced(/<ds:Reference[\s\S]*<\/ds:Reference>/u, '$&$&'), form],
  ['no reference', replaced(/<ds:Reference[\s\S]*<\/ds:Reference>/u, ''), form],
  ['two digests', replaced(/<ds:DigestValue>[^<]*<\/ds:DigestValue>/u, '$&$&'), form],
  ['an Object', replaced('</ds:KeyInfo>', '</ds:KeyInfo><ds:Object/>'), form],
  ['an Object where KeyInfo belongs', replaced(/<ds:KeyInfo>[\s\S]*<\/ds:KeyInfo>/u, '<ds:Object/>'), form],
  [
    'SignatureValue before SignedInfo',
    replaced(/(<ds:SignedInfo>[\s\S]*<\/ds:SignedInfo>)(<ds:SignatureValue>[^<]*<\/ds:SignatureValue>)/u, '$2$1'),
    form,
  ],
  [
    'something else where a transform belongs',
    replaced(`<ds:Transform Algorithm="${enveloped}"`, `<ds:Other Algorithm="${enveloped}"`),
    form,
  ],
  [
    'a reference to the whole document',
    replaced(/URI="#_assertion"/u, 'URI=""'),
    'signature that refers to something else',
  ],
  ['a reference without URI', replaced(/ URI="#_assertion"/u, ''), 'signature that refers to something else'],
  [
    'a reference to somewhere on the network',
    replaced('URI="#_assertion"', 'URI="https://evil.example/"'),
    'signature that refers to something else',
  ],
  [
    'a reference by XPointer',
    replaced('URI="#_assertion"', 'URI="#xpointer(id(\'_assertion\'))"'),
    'signature that refers to something else',
  ],
  [
    'an id with a quote in front',
    (id) => good(id).replaceAll('_assertion', "'] | //*[@ID='_a"),
    'signed element without a proper ID',
  ],
  [
    'an id with a quote',
    (id) => good(id).replaceAll('_assertion', "_a'] | //*['"),
    'signed element without a proper ID',
  ],
  ['an empty digest', replaced(/<ds:DigestValue>[^<]*/u, '<ds:DigestValue>'), 'signature or digest that is not base64'],
  ['an element in the digest', replaced(/<ds:DigestValue>/u, '<ds:DigestValue><ds:X/>'), 'elements where text belongs'],
  ['a comment in the digest', replaced(/<ds:DigestValue>/u, '<ds:DigestValue><!--x-->'), noise],
  [
    'a processing instruction in the digest',
    replaced(/<ds:DigestValue>/u, '<ds:DigestValue><?x?>'),
    'processing instruction in XML',
  ],
  [
    'an empty signature',
    replaced(/<ds:SignatureValue>[^<]*/u, '<ds:SignatureValue>'),
    'signature or digest that is not base64',
  ],
  [
    'a relative namespace, on which canonicalization fails',
    replaced('<saml:Subject>', '<saml:Subject xmlns:x="relative">'),
    'relative namespace',
  ],
  [
    'a wrong signature on the assertion inside a signed response',
    (id) => sign(sign(unsigned(id), mallory), { ...idp, element: 'Response' }),
    unverified,
  ],
];

describe('forged signatures', () => {
  it.each(cases)('%s', async (_name, make, reason) => {
    const { begin } = await open();
    const { id, finish } = await begin();
    expect(await refused(finish(await make(id)))).toEqual({ code: 'upstream/protocol', reason });
  });

  it('namespaces that are signed along are no doubt', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const xml = sign(unsigned(id), { ...idp, prefixes: ['xs', 'saml'] });
    expect(xml).toContain('PrefixList="xs saml"');
    expect(await finish(xml)).toMatchObject({ userId: 'u-1' });
  });

  it.each([
    ['nothing', [], nothing],
    ['no bytes', [''], nothing],
    ['two things', ['<a xmlns="urn:a"/>', '<a xmlns="urn:a"/>'], nothing],
    ['another element', ['<a xmlns="urn:a" ID="_assertion"/>'], 'signature that covers something else'],
    [
      'another assertion',
      ['<a:Assertion xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="_other"/>'],
      'signature that covers something else',
    ],
  ])('a verifier that says %s was signed is not believed', async (_what, bytes, reason) => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const spy = vi.spyOn(SignedXml.prototype, 'getSignedReferences').mockReturnValue(bytes);
    onTestFinished(() => spy.mockRestore());
    expect(await refused(finish(good(id)))).toMatchObject({ reason });
  });

  it('a verifier that fails lets nobody in', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const spy = vi.spyOn(SignedXml.prototype, 'checkSignature').mockImplementation(() => {
      throw new Error('it failed');
    });
    onTestFinished(() => spy.mockRestore());
    expect(await refused(finish(good(id)))).toMatchObject({ reason: 'signature that the verifier refuses' });
  });

  it('strangers get the document read once, and not digested', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const spy = vi.spyOn(SignedXml.prototype, 'checkSignature');
    const parse = vi.spyOn(SaxesParser.prototype, 'close');
    onTestFinished(() => {
      spy.mockRestore();
      parse.mockRestore();
    });
    expect(await refused(finish(sign(evil(id), mallory)))).toMatchObject({ reason: unverified });
    expect(spy).not.toHaveBeenCalled();
    expect(parse).toHaveBeenCalledTimes(1);
  });

  it('an EC signature is not tried with an RSA key', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const xml = good(id).replace('xmldsig-more#rsa-sha256', 'xmldsig-more#ecdsa-sha256');
    expect(await refused(finish(xml))).toMatchObject({ reason: unverified });
  });

  it('an EC signature that calls itself RSA is refused, even with the right key', async () => {
    const ec = await makeKeyPair({ type: 'ec' });
    const { begin } = await open({ caData: Buffer.from(ec.certificate).toString('base64') });
    const { id, finish } = await begin();
    const signed = (method: string) => sign(unsigned(id), { key: ec.key, method, ecdsa: true });
    expect(await refused(finish(signed('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')))).toMatchObject({
      reason: unverified,
    });
    expect(await finish(signed('http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256'))).toMatchObject({
      userId: 'u-1',
    });
  });

  it('SHA-512 is taken', async () => {
    const { begin } = await open();
    const { id, finish } = await begin();
    const sha512 = {
      method: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
      digest: 'http://www.w3.org/2001/04/xmlenc#sha512',
    };
    expect(await finish(sign(unsigned(id), { ...idp, ...sha512 }))).toMatchObject({ userId: 'u-1' });
  });

  it('SHA-1 is taken when the operator names it, and then only it', async () => {
    const { begin, log } = await open({ insecureAllowSHA1: true });
    const { id, finish } = await begin();
    const sha1 = {
      method: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
      digest: 'http://www.w3.org/2000/09/xmldsig#sha1',
    };
    expect(await finish(sign(unsigned(id), { ...idp, ...sha1 }))).toMatchObject({ userId: 'u-1' });
    expect(log.lines.map(({ event }) => event)).toContain('saml.sha1_allowed');
    expect(await refused(finish(signedWithPublicKey(id)))).toMatchObject({ reason: algorithm });
  });
});
