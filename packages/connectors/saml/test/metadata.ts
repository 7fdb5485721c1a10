/** Metadata of a provider, as a test wants them. */
import type { KeyPair } from './certificates.ts';
import { entityId } from './provider.ts';
import { idp, type Options } from './support.ts';

export const post = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
export const redirect = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';

/** Takes away the options that metadata stand in for. */
export const fromMetadata: Options = { ssoURL: undefined, caData: undefined, ssoIssuer: undefined };

const bare = ({ certificate }: KeyPair): string => certificate.replace(/-----[^-]+-----|\s/gu, '');

/** A key of the provider; without `use` it is for everything. */
export const keyDescriptor = (pair: KeyPair, use = ' use="signing"'): string =>
  `<md:KeyDescriptor${use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${bare(pair)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;

/** An endpoint of the provider. */
export const service = (name: string, binding: string, url: string): string =>
  `<md:${name} Binding="${binding}" Location="${url}"/>`;

/** Where logins go, unless a test says otherwise. */
export const signOn: string = service('SingleSignOnService', post, 'https://idp.example/post');

/** What is special about an entity. */
export interface Entity {
  readonly id?: string;
  readonly keys?: string;
  readonly services?: string;
  readonly attributes?: string;
}

/** A provider in metadata. */
export function entity({
  id = entityId,
  keys = keyDescriptor(idp),
  services = signOn,
  attributes = '',
}: Entity = {}): string {
  return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="${id}"${attributes}><!-- made by hand --><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys}${services}</md:IDPSSODescriptor></md:EntityDescriptor>`;
}
