import { describe, expect, it } from 'vitest';
import { makeKeyPair, pem } from '../test/certificates.ts';
import { configOf } from '../test/support.ts';

const encoded = (text: string): string => Buffer.from(text).toString('base64');
const broken = pem('CERTIFICATE', 'AAAA');
const short = await makeKeyPair({ bits: 1024 });

async function problem(more: Readonly<Record<string, unknown>>): Promise<string> {
  return configOf(more).then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.message : ''),
  );
}

describe('config', () => {
  it("takes Dex's options, whatever their case", async () => {
    expect(await configOf({ nameidpolicyformat: 'emailAddress', GROUPSDELIM: ';' })).toMatchObject({
      nameIDPolicyFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
      groupsDelim: ';',
      clockSkew: 30_000,
      refreshMaxAge: 86_400_000,
    });
    expect(await configOf({ insecureSkipSignatureValidation: false })).not.toHaveProperty(
      'insecureSkipSignatureValidation',
    );
  });

  it('takes a format as a whole URI', async () => {
    const nameIDPolicyFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
    expect(await configOf({ nameIDPolicyFormat })).toMatchObject({ nameIDPolicyFormat });
  });

  it.each([
    ['certificates twice', { ca: '/x' }, 'caData: is set besides ca'],
    ['certificates and metadata', { metadataFile: '/x' }, 'metadataFile: is set besides caData'],
    ['no certificate', { caData: undefined }, 'ca: is missing. Set ca or caData or metadataURL or metadataFile.'],
    ['no place to log in', { ssoURL: undefined }, 'ssoURL: is missing. Set it, or metadataURL.'],
    ['no signatures', { insecureSkipSignatureValidation: true }, 'lets anybody log in as anybody'],
    ['a format that nobody knows', { nameIDPolicyFormat: 'x' }, 'nameIDPolicyFormat: is no format of a NameID'],
    ['a format that only JavaScript knows', { nameIDPolicyFormat: 'constructor' }, 'is no format of a NameID'],
    [
      'caData without certificate',
      { caData: encoded('hello') },
      'caData: holds no certificate in PEM that can be read',
    ],
    ['caData that was cut', { caData: encoded(broken) }, 'caData: holds no certificate in PEM that can be read'],
    ['a key that can be factored', { caData: encoded(short.certificate) }, 'caData: holds an RSA key of 1024 bits'],
    ['a binding that nobody knows', { ssoBinding: 'artifact' }, 'ssoBinding: must be one of'],
    [
      'metadata in the clear',
      { caData: undefined, metadataURL: 'http://idp.example/' },
      'metadataURL: must begin with https://',
    ],
    ['an allow-list of nothing', { groupsAttr: undefined, allowedGroups: ['a'] }, 'allowedGroups: would let nobody in'],
    ['a certificate without key', { signingCert: '/x' }, 'signingCert: has no key'],
    ['a certificate without key', { decryptionCert: '/x' }, 'decryptionCert: has no key'],
    ['clocks far apart', { clockSkew: '6m' }, 'clockSkew: is too long'],
  ])('refuses %s', async (_what, more, message) => {
    expect(await problem(more)).toContain(message);
  });
});
