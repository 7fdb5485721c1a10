/** Names that the standards give. */

/** XML namespaces (SAML 2.0 Core, XML Signature, XML Encryption, SAML 2.0 Metadata). */
export const ns = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  encryption: 'http://www.w3.org/2001/04/xmlenc#',
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
} as const;

/** The transform that leaves a signature out of what it signs (XML Signature section 6.6.4). */
export const enveloped: string = `${ns.signature}enveloped-signature`;

/** How messages travel (SAML 2.0 Bindings). */
export const binding = {
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
} as const;

export type BindingName = keyof typeof binding;

const formats20 = 'urn:oasis:names:tc:SAML:2.0:nameid-format:';
const formats11 = 'urn:oasis:names:tc:SAML:1.1:nameid-format:';

/** Formats of a NameID by their last word, as Dex takes them (SAML 2.0 Core section 8.3). */
export const nameIdFormats: Readonly<Record<string, string>> = {
  emailAddress: `${formats11}emailAddress`,
  unspecified: `${formats11}unspecified`,
  X509SubjectName: `${formats11}X509SubjectName`,
  WindowsDomainQualifiedName: `${formats11}WindowsDomainQualifiedName`,
  encrypted: `${formats20}encrypted`,
  entity: `${formats20}entity`,
  kerberos: `${formats20}kerberos`,
  persistent: `${formats20}persistent`,
  transient: `${formats20}transient`,
};

/** A NameID that is another one at each login. */
export const transientFormat: string = `${formats20}transient`;

/** A NameID that names a provider or a service, never a person (SAML 2.0 Core section 8.3.6). */
export const entityFormat: string = `${formats20}entity`;

/** Possession of the assertion is enough (SAML 2.0 Profiles section 3.3). */
export const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

export const statusPrefix = 'urn:oasis:names:tc:SAML:2.0:status:';
