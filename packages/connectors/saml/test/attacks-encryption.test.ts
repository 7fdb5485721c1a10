/** Encrypted assertions: what a provider must not use, and what encryption does not prove. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type KeyPair, makeKeyPair } from './certificates.ts';
import { encryptAssertion, goodAnswer, responseXml } from './provider.ts';
import { good, idp, open, refused } from './support.ts';

let mallory: KeyPair;
beforeAll(async () => {
  mallory = await makeKeyPair();
});

const unsigned = (id: string): string => responseXml(goodAnswer(id));
const evil = (id: string): string => responseXml(goodAnswer(id, { nameId: 'u-admin' }));

const dsig = 'http://www.w3.org/2000/09/xmldsig#';

/** The element EncryptedKey, fit to stand elsewhere. */
const keyOf = (xml: string): string =>
  (/<e:EncryptedKey[\s\S]*<\/e:EncryptedKey>/u.exec(xml)?.[0] ?? '').replace(
    '<e:EncryptedKey',
    `$& Id="_key" xmlns="${dsig}"`,
  );
describe('encryption', () => {
  it.each([
    ['CBC', 'http://www.w3.org/2001/04/xmlenc#aes256-cbc'],
    ['triple DES', 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc'],
  ])('%s is refused', async (_name, method) => {
    const { begin } = await open({ decryptionKeys: [idp.key] });
    const { id, finish } = await begin();
    const xml = await encryptAssertion(good(id), { certificate: idp.certificate, algorithm: method });
    expect(await refused(finish(xml))).toMatchObject({ reason: 'encryption algorithm that is not allowed' });
  });

  it('RSA with PKCS #1 v1.5 is refused', async () => {
    const { begin } = await open({ decryptionKeys: [idp.key] });
    const { id, finish } = await begin();
    const xml = await encryptAssertion(good(id), { certificate: idp.certificate });
    const old = xml.replace('xmlenc#rsa-oaep-mgf1p', 'xmlenc#rsa-1_5');
    expect(await refused(finish(old))).toMatchObject({ reason: 'encryption algorithm that is not allowed' });
  });

  it('does not stand in for a signature', async () => {
    const { begin } = await open({ decryptionKeys: [idp.key] });
    const { id, finish } = await begin();
    const xml = await encryptAssertion(evil(id), { certificate: idp.certificate });
    expect(await refused(finish(xml))).toMatchObject({ reason: 'assertion that is not signed' });
  });

  it('hides nothing but an assertion', async () => {
    const { begin } = await open({ decryptionKeys: [idp.key] });
    const { id, finish } = await begin();
    const other = unsigned(id).replaceAll('saml:Assertion', 'saml:Advice');
    const xml = await encryptAssertion(other, { certificate: idp.certificate, element: 'Advice' });
    expect(await refused(finish(xml))).toMatchObject({ reason: 'encrypted something else' });
  });

  it('hides no second assertion in the first', async () => {
    const { begin } = await open({ decryptionKeys: [idp.key] });
    const { id, finish } = await begin();
    const nested = good(id).replace(
      '<saml:AttributeValue>',
      `$&${evil(id)
        .replace(/^.*<\/samlp:Status>|<\/samlp:Response>$/gu, '')
        .replace('_assertion', '_evil')}`,
    );
    const xml = await encryptAssertion(nested, { certificate: idp.certificate });
    expect(await refused(finish(xml))).toMatchObject({ reason: 'element in a place where it does not belong' });
  });

  it('says so when the digest of its key is none of those that can be decrypted', async () => {
    const { begin } = await open({ decryptionKeys: [idp.key] });
    const { id, finish } = await begin();
    const xml = await encryptAssertion(good(id), { certificate: idp.certificate });
    const algorithm = 'http://www.w3.org/2001/04/xmldsig-more#sha384';
    const other = xml.replace(/(<DigestMethod Algorithm=")[^"]*/u, `$1${algorithm}`);
    const reason = 'encryption algorithm that is not allowed';
    await expect(finish(other)).rejects.toMatchObject({ detail: { reason, algorithm } });
  });

  it.each([
    ['beside the ciphertext', ''],
    [
      'beside the ciphertext, which points at it',
      `<KeyInfo xmlns="${dsig}"><RetrievalMethod Type="http://www.w3.org/2001/04/xmlenc#EncryptedKey" URI="#_key"/></KeyInfo>`,
    ],
  ])('may have its key %s', async (_where, keyInfo) => {
    const { begin } = await open({ decryptionKeys: [idp.key] });
    const { id, finish } = await begin();
    const xml = await encryptAssertion(good(id), { certificate: idp.certificate });
    const moved = xml
      .replace(/<KeyInfo[\s\S]*<\/KeyInfo>/u, keyInfo)
      .replace('</saml:EncryptedAssertion>', `${keyOf(xml)}$&`);
    expect(await finish(moved)).toMatchObject({ userId: 'u-1' });
  });

  it.each([
    [
      'ciphertext changed',
      (xml: string) =>
        xml.replace(
          /(<xenc:CipherValue>)(.{8})(?=[^<]*<\/xenc:CipherValue>\s*<\/xenc:CipherData>\s*<\/xenc:EncryptedData>)/u,
          '$1AAAAAAAA',
        ),
      'encrypted assertion that no key decrypts',
    ],
    [
      'a second key',
      (xml: string) => xml.replace(/<e:EncryptedKey[\s\S]*<\/e:EncryptedKey>/u, '$&$&'),
      'encrypted assertion of another form',
    ],
    [
      'a second key beside the ciphertext',
      (xml: string) => xml.replace('</saml:EncryptedAssertion>', `${keyOf(xml)}$&`),
      'encrypted assertion of another form',
    ],
    [
      'the key somewhere else',
      (xml: string) => xml.replace(/<KeyInfo[\s\S]*<\/KeyInfo>/u, `<q:a xmlns:q="urn:q">${keyOf(xml)}</q:a>`),
      'encrypted assertion of another form',
    ],
    [
      'a second ciphertext',
      (xml: string) =>
        xml.replace('</e:EncryptedKey>', '$&<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"/>'),
      'encrypted assertion of another form',
    ],
    [
      'a reference to ciphertext elsewhere',
      (xml: string) =>
        xml.replace('<xenc:CipherData>', '<xenc:CipherData><xenc:CipherReference URI="https://evil.example/"/>'),
      'encrypted assertion that points elsewhere',
    ],
  ])('%s', async (_name, change, reason) => {
    const { begin } = await open({ decryptionKeys: [idp.key] });
    const { id, finish } = await begin();
    const xml = await encryptAssertion(good(id), { certificate: idp.certificate });
    const changed = change(xml);
    expect(changed).not.toBe(xml);
    expect(await refused(finish(changed))).toMatchObject({ reason });
  });

  it('another key decrypts nothing, and no key is said to be missing', async () => {
    const withOther = await open({ decryptionKeys: [mallory.key] });
    const one = await withOther.begin();
    const xml = await encryptAssertion(good(one.id), { certificate: idp.certificate });
    expect(await refused(one.finish(xml))).toMatchObject({ reason: 'encrypted assertion that no key decrypts' });
    const without = await (await open()).begin();
    expect(await refused(without.finish(xml))).toMatchObject({
      reason: 'encrypted assertion, and no decryptionKeys in the configuration',
    });
  });

  it('the older of two keys still decrypts, so that keys can be changed', async () => {
    const { begin } = await open({ decryptionKeys: [mallory.key, idp.key] });
    const { id, finish } = await begin();
    expect(await finish(await encryptAssertion(good(id), { certificate: idp.certificate }))).toMatchObject({
      userId: 'u-1',
    });
  });
});
