/** An identity provider that signs whatever a test wants signed. */
import { sign as signBytes } from 'node:crypto';
import { DOMParser } from '@xmldom/xmldom';
import { ExclusiveCanonicalization, type SignatureAlgorithm, SignedXml } from 'xml-crypto';
import { encrypt } from 'xml-encryption';
import type { KeyPair } from './certificates.ts';

/** What an answer says. `undefined` leaves the thing out. */
export interface Answer {
  readonly destination?: string | undefined;
  readonly inResponseTo?: string | undefined;
  readonly issuer?: string | undefined;
  readonly status?: string;
  readonly secondStatus?: string;
  readonly assertion?: Said | undefined;
  /** Put between the status and the assertion. */
  readonly extra?: string;
}

/** What an assertion says. */
export interface Said {
  readonly id?: string;
  readonly issuer?: string;
  readonly nameId?: string;
  readonly nameIdFormat?: string;
  readonly nameQualifier?: string;
  readonly spNameQualifier?: string;
  readonly method?: string;
  readonly recipient?: string | undefined;
  readonly inResponseTo?: string | undefined;
  readonly confirmedUntil?: string | undefined;
  readonly confirmedFrom?: string;
  readonly conditions?: string;
  readonly audience?: string | undefined;
  readonly notBefore?: string;
  readonly notOnOrAfter?: string;
  readonly sessionNotOnOrAfter?: string | undefined;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
}

/** Everything as it should be, for a request of that id. */
export function goodAnswer(id: string, said: Said = {}): Answer {
  return {
    ...{ destination: callbackUrl, inResponseTo: id, issuer: entityId },
    assertion: { inResponseTo: id, ...said },
  };
}

export const entityId = 'https://idp.example/metadata';
export const callbackUrl = 'https://issuer.example/callback/test';

const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol';
const assertionNs = 'urn:oasis:names:tc:SAML:2.0:assertion';
const statusOf = (code: string) => `urn:oasis:names:tc:SAML:2.0:status:${code}`;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const attr = (name: string, value: string | undefined) => (value === undefined ? '' : ` ${name}="${escaped(value)}"`);

/** A response, not signed yet. */
export function responseXml(answer: Answer): string {
  const { destination, inResponseTo, issuer, status = 'Success', secondStatus, assertion, extra = '' } = answer;
  const second = secondStatus === undefined ? '' : `<samlp:StatusCode Value="${statusOf(secondStatus)}"/>`;
  const attributes = attr('Destination', destination) + attr('InResponseTo', inResponseTo);
  return [
    `<samlp:Response xmlns:samlp="${protocol}" xmlns:saml="${assertionNs}" ID="_response" Version="2.0"`,
    ` IssueInstant="2030-01-01T00:00:00Z"${attributes}>`,
    issuer === undefined ? '' : `<saml:Issuer>${escaped(issuer)}</saml:Issuer>`,
    `<samlp:Status><samlp:StatusCode Value="${statusOf(status)}">${second}</samlp:StatusCode></samlp:Status>`,
    extra,
    assertion === undefined ? '' : assertionXml(assertion),
    '</samlp:Response>',
  ].join('');
}

const janes = { mail: ['jane@example.com'], name: ['Jane Doe'], groups: ['dev', 'ops'] };

/** An assertion, not signed yet. */
export function assertionXml(said: Said): string {
  const all = { recipient: callbackUrl, audience: callbackUrl, confirmedUntil: '2030-01-01T00:05:00Z', ...said };
  const { id = '_assertion', issuer = entityId, nameId = 'u-1', nameIdFormat, attributes = janes } = all;
  const { notBefore = '2029-12-31T23:59:00Z', notOnOrAfter = '2030-01-01T00:05:00Z' } = all;
  const qualifiers = attr('NameQualifier', all.nameQualifier) + attr('SPNameQualifier', all.spNameQualifier);
  const data =
    attr('Recipient', all.recipient) +
    attr('InResponseTo', all.inResponseTo) +
    attr('NotBefore', all.confirmedFrom) +
    attr('NotOnOrAfter', all.confirmedUntil);
  const audience =
    all.audience === undefined
      ? ''
      : `<saml:AudienceRestriction><saml:Audience>${escaped(all.audience)}</saml:Audience></saml:AudienceRestriction>`;
  const statements = Object.entries(attributes).map(([name, values]) => {
    const inner = values.map((value) => `<saml:AttributeValue>${escaped(value)}</saml:AttributeValue>`).join('');
    return `<saml:Attribute Name="${escaped(name)}">${inner}</saml:Attribute>`;
  });
  return [
    `<saml:Assertion xmlns:saml="${assertionNs}" ID="${id}" Version="2.0" IssueInstant="2030-01-01T00:00:00Z">`,
    `<saml:Issuer>${escaped(issuer)}</saml:Issuer>`,
    `<saml:Subject><saml:NameID${attr('Format', nameIdFormat)}${qualifiers}>${escaped(nameId)}</saml:NameID>`,
    `<saml:SubjectConfirmation Method="${all.method ?? 'urn:oasis:names:tc:SAML:2.0:cm:bearer'}">`,
    `<saml:SubjectConfirmationData${data}/></saml:SubjectConfirmation></saml:Subject>`,
    `<saml:Conditions NotBefore="${notBefore}" NotOnOrAfter="${notOnOrAfter}">`,
    all.conditions ?? '',
    `${audience}</saml:Conditions>`,
    `<saml:AuthnStatement AuthnInstant="2030-01-01T00:00:00Z" SessionIndex="s-1"${attr('SessionNotOnOrAfter', all.sessionNotOnOrAfter)}>`,
    '<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    '</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>',
    `<saml:AttributeStatement>${statements.join('')}</saml:AttributeStatement>`,
    '</saml:Assertion>',
  ].join('');
}

const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** What xml-crypto lacks: ECDSA, with r and s one after the other. Under any name. */
const ecdsaAs = (uri: string) =>
  class implements SignatureAlgorithm {
    getSignature(signedInfo: unknown, key: unknown): string {
      const privateKey = { key: String(key), dsaEncoding: 'ieee-p1363' as const };
      return signBytes('sha256', Buffer.from(String(signedInfo)), privateKey).toString('base64');
    }
    verifySignature(): never {
      throw new Error('only signs');
    }
    getAlgorithmName(): string {
      return uri;
    }
  };

/** How something is signed. */
export interface Signing extends Pick<KeyPair, 'key'> {
  /** Put into KeyInfo. */
  readonly certificate?: string;
  readonly element?: 'Response' | 'Assertion';
  readonly method?: string;
  /** Sign with an EC key, whatever the method is called. */
  readonly ecdsa?: boolean;
  readonly digest?: string;
  readonly canonicalization?: string;
  readonly transforms?: readonly string[];
  /** Prefixes whose namespaces are signed along. */
  readonly prefixes?: readonly string[];
}

/** Signs an element of a document as providers do: behind its Issuer, with one enveloped signature. */
export function sign(xml: string, signing: Signing): string {
  const { key, certificate, element = 'Assertion', canonicalization = exclusive } = signing;
  const signer = new SignedXml({
    privateKey: key,
    signatureAlgorithm: signing.method ?? 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: canonicalization as typeof exclusive,
    ...(certificate === undefined ? { getKeyInfoContent: () => null } : { publicCert: certificate }),
  });
  const { method = '' } = signing;
  if (signing.ecdsa === true) signer.SignatureAlgorithms[method] = ecdsaAs(method);
  const path = `//*[local-name(.)='${element}']`;
  signer.addReference({
    xpath: path,
    digestAlgorithm: signing.digest ?? 'http://www.w3.org/2001/04/xmlenc#sha256',
    inclusiveNamespacesPrefixList: [...(signing.prefixes ?? [])],
    transforms: signing.transforms ?? ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', exclusive],
  });
  const issuer = `${path}/*[local-name(.)='Issuer']`;
  const hasIssuer = new RegExp(`<(?:samlp|saml):${element} [^>]*><saml:Issuer>`, 'u').test(xml);
  const location = hasIssuer
    ? { reference: issuer, action: 'after' as const }
    : { reference: path, action: 'prepend' as const };
  signer.computeSignature(xml, { location, prefix: 'ds' });
  const signed = signer.getSignedXml();
  return signing.prefixes === undefined ? signed : withoutStrayList(signed, key);
}

/** xml-crypto writes the list of prefixes into the enveloped transform too, where nobody else has it. */
function withoutStrayList(signed: string, key: string): string {
  const xml = signed.replace(
    /(<ds:Transform Algorithm="[^"]+enveloped-signature")><InclusiveNamespaces[^>]+><\/ds:Transform>/u,
    '$1/>',
  );
  const [signedInfo = ''] = /<ds:SignedInfo>.*<\/ds:SignedInfo>/su.exec(xml) ?? [];
  const alone = signedInfo.replace('<ds:SignedInfo', '<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"');
  const root = new DOMParser().parseFromString(alone, 'text/xml').documentElement;
  const bytes = Buffer.from(new ExclusiveCanonicalization().process(root, {}));
  const value = signBytes('sha256', bytes, key).toString('base64');
  return xml.replace(/(<ds:SignatureValue>)[^<]*/u, `$1${value}`);
}

/** For whom something is encrypted, and how. */
export interface Encryption {
  readonly certificate: string;
  readonly algorithm?: string;
  readonly element?: string;
}

/** Encrypts the assertion of a response, or what stands for it. */
export function encryptAssertion(xml: string, encryption: Encryption): Promise<string> {
  const { certificate, algorithm = 'http://www.w3.org/2009/xmlenc11#aes256-gcm', element = 'Assertion' } = encryption;
  const whole = new RegExp(`<saml:${element}.*</saml:${element}>`, 'su');
  const [assertion = ''] = whole.exec(xml) ?? [];
  const options = {
    rsa_pub: certificate,
    pem: certificate,
    encryptionAlgorithm: algorithm as 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
    keyEncryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p' as const,
    disallowEncryptionWithInsecureAlgorithm: false,
    warnInsecureAlgorithm: false,
  };
  return new Promise((resolve, reject) => {
    encrypt(assertion, options, (error, encrypted) => {
      if (error) reject(error);
      else resolve(xml.replace(assertion, `<saml:EncryptedAssertion>${encrypted}</saml:EncryptedAssertion>`));
    });
  });
}

/** As it stands in the form. */
export const encode = (xml: string): string => Buffer.from(xml).toString('base64');
