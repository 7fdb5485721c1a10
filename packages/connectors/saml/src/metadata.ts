/** The provider's metadata (SAML 2.0 Metadata): where logins go, and which certificates sign. */
import { X509Certificate } from 'node:crypto';
import { type BindingName, binding, ns } from './names.ts';
import { refusal } from './refusal.ts';
import { attribute, children, descendants, earliest, is, onlyChild, parseXml, textOf } from './xml.ts';

/** A place of the provider, and how messages travel there. */
export interface Endpoint {
  readonly binding: BindingName;
  readonly url: string;
}

/** What metadata say of a provider. */
export interface ProviderMetadata {
  readonly entityId: string;
  /** Every certificate that may sign: while a provider changes its key it names both. */
  readonly certificates: readonly X509Certificate[];
  /** In the order of the document. */
  readonly singleSignOn: readonly Endpoint[];
  readonly singleLogout: readonly Endpoint[];
  /** From then on nothing of this may be used; the earliest of those that the document names for this provider. */
  readonly validUntil?: Date;
}

/**
 * Reads metadata. They are trusted for where they come from (https, a file), so no signature in them is looked at.
 *
 * @param entityId which provider is meant, where the document has several.
 * @throws {OstiaryError} `upstream/protocol` for a document that has no such provider with certificate and endpoint.
 *   Whether it has expired is for who uses it to see.
 */
export function readMetadata(xml: string, entityId: string | undefined): ProviderMetadata {
  const root = parseXml(xml, { comments: true });
  const entity = findEntity(root, entityId);
  const id = attribute(entity, 'entityID') ?? '';
  const role = onlyChild(entity, ns.metadata, 'IDPSSODescriptor');
  const validUntil = earliest([root, entity, role], 'validUntil');
  const certificates = signingCertificates(role);
  if (certificates.length === 0) throw refusal('metadata without signing certificate', { entityId: id });
  const singleSignOn = endpoints(role, 'SingleSignOnService');
  if (singleSignOn.length === 0) throw refusal('metadata without an endpoint for logins', { entityId: id });
  return {
    ...{ entityId: id, certificates, singleSignOn },
    singleLogout: endpoints(role, 'SingleLogoutService'),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

function findEntity(root: Element, entityId: string | undefined): Element {
  const all = [...descendants(root)].filter((element) => is(element, ns.metadata, 'EntityDescriptor'));
  const providers = all.filter((entity) => children(entity, ns.metadata, 'IDPSSODescriptor').length > 0);
  const wanted = providers.filter((entity) => entityId === undefined || attribute(entity, 'entityID') === entityId);
  const [entity, ...others] = wanted;
  if (entity === undefined || others.length > 0) {
    const names = providers.slice(0, 10).map((provider) => attribute(provider, 'entityID') ?? '');
    throw refusal('metadata in which ssoIssuer must name one identity provider', { ssoIssuer: entityId ?? '', names });
  }
  return entity;
}

function signingCertificates(role: Element): readonly X509Certificate[] {
  const keys = children(role, ns.metadata, 'KeyDescriptor').filter((key) => attribute(key, 'use') !== 'encryption');
  const elements = keys.flatMap((key) => [...descendants(key)].filter((e) => is(e, ns.signature, 'X509Certificate')));
  return elements.map((element) => {
    try {
      return new X509Certificate(Buffer.from(textOf(element), 'base64'));
    } catch (cause) {
      throw refusal('metadata with a certificate that cannot be read', {}, cause);
    }
  });
}

function endpoints(role: Element, name: string): readonly Endpoint[] {
  return children(role, ns.metadata, name).flatMap((element) => {
    const uri = attribute(element, 'Binding');
    const url = attribute(element, 'Location') ?? '';
    const kind = uri === binding.post ? 'post' : uri === binding.redirect ? 'redirect' : undefined;
    return kind === undefined || !isWebPage(url) ? [] : [{ binding: kind, url }];
  });
}

const isWebPage = (url: string): boolean => URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
