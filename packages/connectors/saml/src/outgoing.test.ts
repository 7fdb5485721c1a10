import { createVerify } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { SignedXml } from 'xml-crypto';
import { type KeyPair, makeKeyPair, pem } from '../test/certificates.ts';
import { callbackUrl, type Said } from '../test/provider.ts';
import { good, open, refused, requestOf } from '../test/support.ts';

let own: KeyPair;
beforeAll(async () => {
  own = await makeKeyPair();
});

/** Whether a message carries a good signature of our own, with the key that is asked about. */
function isSigned(xml: string, by: KeyPair = own): boolean {
  const [signature = ''] = /<ds:Signature[\s\S]*<\/ds:Signature>/u.exec(xml) ?? [];
  if (signature === '') return false;
  const verifier = new SignedXml({ publicCert: by.certificate, getCertFromKeyInfo: () => null });
  verifier.loadSignature(signature);
  return verifier.checkSignature(xml);
}

describe('a request', () => {
  it('goes as a form, names us, our callback and the format, and has an id that nobody guesses', async () => {
    const { begin } = await open();
    const { step, request, id } = await begin({ state: 'abc.def' });
    expect(step).toMatchObject({ kind: 'form', action: 'https://idp.example/sso', fields: { RelayState: 'abc.def' } });
    expect(request).toContain(`<saml:Issuer>${callbackUrl}</saml:Issuer>`);
    expect(request).toContain(`AssertionConsumerServiceURL="${callbackUrl}"`);
    expect(request).toContain('IssueInstant="2030-01-01T00:00:00Z"');
    expect(request).toContain('Destination="https://idp.example/sso"');
    expect(request).toContain('Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" AllowCreate="true"');
    expect(request).not.toContain('ForceAuthn');
    expect(request).not.toContain('Signature');
    expect(id).toMatch(/^_[0-9a-f]{40}$/u);
    expect(step.keep).toEqual({ id });
    expect((await begin()).id).not.toBe(id);
  });

  it('asks for a fresh login when the client does', async () => {
    const { begin } = await open();
    expect((await begin({ forceLogin: true })).request).toContain('ForceAuthn="true"');
  });

  it('escapes what it is given', async () => {
    const ssoURL = 'https://idp.example/sso?a=1&b="<x>"';
    const { begin } = await open({ ssoURL, entityIssuer: 'urn:us&them' });
    const { request, step } = await begin();
    expect(request).toContain('Destination="https://idp.example/sso?a=1&amp;b=&quot;&lt;x&gt;&quot;"');
    expect(request).toContain('<saml:Issuer>urn:us&amp;them</saml:Issuer>');
    expect(step).toMatchObject({ action: ssoURL });
  });

  it('is signed with our key, as a form', async () => {
    const { begin } = await open({ signingKey: own.key, signingCert: own.certificate });
    const { request } = await begin();
    expect(isSigned(request)).toBe(true);
    expect(request).toContain(own.certificate.replaceAll(/-----[A-Z ]+-----|\s/gu, ''));
  });

  it('is signed with our key alone, as a form, for a provider that has the certificate', async () => {
    const { begin } = await open({ signingKey: own.key });
    const { request } = await begin();
    expect(isSigned(request)).toBe(true);
    expect(request).not.toContain('KeyInfo');
  });

  it('is signed with the next key as soon as the files have it', async () => {
    const files: Record<string, string> = { '/sp.key': own.key, '/sp.pem': own.certificate };
    const { begin } = await open({ signingKey: '/sp.key', signingCert: '/sp.pem' }, { files });
    const before = (await begin()).request;
    const next = await makeKeyPair();
    Object.assign(files, { '/sp.key': next.key, '/sp.pem': next.certificate });
    const after = (await begin()).request;
    expect([isSigned(before), isSigned(after, next)]).toEqual([true, true]);
    expect(() => isSigned(after)).toThrow('invalid signature');
  });

  it('is signed with our key, as a redirect', async () => {
    const { begin } = await open({ signingKey: own.key, signingCert: own.certificate, ssoBinding: 'redirect' });
    const { step } = await begin({ state: 'abc.def' });
    const url = new URL(step.kind === 'redirect' ? step.url : '');
    expect(url.searchParams.get('RelayState')).toBe('abc.def');
    expect(url.searchParams.get('SigAlg')).toBe('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');
    const [signed = ''] = url.search.slice(1).split('&Signature=');
    const signature = url.searchParams.get('Signature') ?? '';
    expect(createVerify('sha256').update(signed).verify(own.certificate, signature, 'base64')).toBe(true);
  });

  it.each([
    ['is no key', 'signingKey', pem('PRIVATE KEY', 'AAAA')],
    ['cannot be read', 'signingKey', '/nowhere.pem'],
  ])('is not sent when the key %s', async (_what, name, value) => {
    const { begin } = await open({ [name]: value });
    expect(await refused(begin())).toMatchObject({ code: 'config/invalid' });
  });

  it('is not sent with a key of another kind', async () => {
    const ec = await makeKeyPair({ type: 'ec' });
    const { begin } = await open({ signingKey: ec.key });
    expect(await refused(begin())).toMatchObject({ code: 'config/invalid' });
  });
});

describe('a logout', () => {
  const ask = { returnUrl: 'https://issuer.example/logout/callback', state: 'state-2' };
  const sloURL = 'https://idp.example/slo';

  async function loggedOut(said: Said): Promise<{ readonly url: URL; readonly xml: string }> {
    const opened = await open({ sloURL, signingKey: own.key, signingCert: own.certificate });
    const { id, finish } = await opened.begin();
    const { connectorData } = await finish(good(id, said));
    if (connectorData === undefined) throw new Error('nothing to log out with');
    const step = await opened.connector.logout?.begin({ ...ask, connectorData });
    const url = new URL(step?.url ?? '');
    return { url, xml: requestOf({ kind: 'redirect', url: url.href, keep: null }) };
  }

  it('names the session, signed, at the endpoint of the provider', async () => {
    const { url, xml } = await loggedOut({ nameIdFormat: 'urn:x' });
    expect(url.href.startsWith(`${sloURL}?SAMLRequest=`)).toBe(true);
    expect(url.searchParams.get('RelayState')).toBe('state-2');
    expect(url.searchParams.has('Signature')).toBe(true);
    expect(xml).toContain('<saml:NameID Format="urn:x">u-1</saml:NameID>');
    expect(xml).toContain('<samlp:SessionIndex>s-1</samlp:SessionIndex>');
    expect(xml).toContain(`<saml:Issuer>${callbackUrl}</saml:Issuer>`);
  });

  it('names the account just as the assertion did: providers compare the qualifiers as well', async () => {
    const { xml } = await loggedOut({ nameQualifier: 'urn:idp', spNameQualifier: 'urn:a"&b' });
    expect(xml).toContain('<saml:NameID NameQualifier="urn:idp" SPNameQualifier="urn:a&quot;&amp;b">u-1</saml:NameID>');
  });

  it('leads nowhere when the provider has none, or nobody is logged in', async () => {
    const without = await open();
    const { id, finish } = await without.begin();
    const { connectorData } = await finish(good(id));
    expect(connectorData).toBeDefined();
    expect(await without.connector.logout?.begin({ ...ask, ...(connectorData && { connectorData }) })).toBeUndefined();
    const opened = await open({ sloURL: 'https://idp.example/slo' });
    expect(await opened.connector.logout?.begin(ask)).toBeUndefined();
  });
});

describe('our metadata', () => {
  it('name us, our callback and our certificates', async () => {
    const keys = { signingKey: own.key, signingCert: own.certificate };
    const more = { decryptionKeys: [own.key], decryptionCert: own.certificate, entityIssuer: 'urn:ostiary' };
    const { connector } = await open({ ...keys, ...more });
    const xml = await connector.metadata?.describe({ callbackUrl });
    expect(connector.metadata?.contentType).toBe('application/samlmetadata+xml');
    expect(xml).toContain('entityID="urn:ostiary"');
    expect(xml).toContain('AuthnRequestsSigned="true"');
    expect(xml).toContain('WantAssertionsSigned="true"');
    expect(xml).toMatch(/<KeyDescriptor use="signing">[\s\S]*<KeyDescriptor use="encryption">/u);
    expect(xml).toContain(`Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${callbackUrl}"`);
    expect(xml).not.toContain('PRIVATE');
  });

  it('need no key', async () => {
    const { connector } = await open();
    const xml = await connector.metadata?.describe({ callbackUrl });
    expect(xml).toContain(`entityID="${callbackUrl}"`);
    expect(xml).not.toContain('KeyDescriptor');
  });
});
