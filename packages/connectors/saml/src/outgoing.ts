/**
 * Messages to the provider, and our own metadata. samlify writes them and signs redirects; what comes back it does not
 * touch.
 */
import samlify from 'samlify';
import { SignedXml } from 'xml-crypto';
import type { Endpoint } from './metadata.ts';
import { binding, enveloped, ns } from './names.ts';

// CommonJS: older releases of Node do not see its exports by name.
const { IdentityProvider, SamlLib, ServiceProvider } = samlify;

/** This service, as the provider knows it. */
export interface ServiceProviderSettings {
  readonly entityId: string;
  /** Where responses are posted to. */
  readonly assertionConsumerService: string;
  readonly nameIdFormat: string;
  /** Private key in PEM for signing requests; absent: they are not signed. */
  readonly signingKey: string | undefined;
  /** Goes into our metadata and along with a signed form. A provider that has it already needs neither. */
  readonly signingCertificate: string | undefined;
}

/** A request to log in. */
export interface AuthnRequest {
  /** An XML id that nobody can guess. */
  readonly id: string;
  readonly now: Date;
  readonly relayState: string;
  /** Ask for a fresh login. */
  readonly forceAuthn: boolean;
}

/** Where the browser goes with a message. */
export type Outgoing =
  | { readonly kind: 'redirect'; readonly url: string }
  | { readonly kind: 'form'; readonly action: string; readonly fields: Readonly<Record<string, string>> };

const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

/** Makes an `AuthnRequest` (SAML 2.0 Core section 3.4.1) and wraps it for its binding. */
export function loginRequest(
  settings: ServiceProviderSettings,
  { url, ...endpoint }: Endpoint,
  { id, now, relayState, forceAuthn }: AuthnRequest,
): Outgoing {
  const values = {
    ID: id,
    IssueInstant: instant(now),
    Destination: url,
    Issuer: settings.entityId,
    ProtocolBinding: binding.post,
    AssertionConsumerServiceURL: settings.assertionConsumerService,
    AssertionConsumerServiceIndex: undefined,
    NameIDFormat: settings.nameIdFormat,
    AllowCreate: true,
    ForceAuthn: forceAuthn ? true : undefined,
  };
  const message = (template: string): string => SamlLib.replaceTagsByValue(template, values);
  if (endpoint.binding === 'post') {
    const xml = signedRequest(message(SamlLib.defaultLoginRequestTemplate.context), settings);
    const fields = { SAMLRequest: Buffer.from(xml).toString('base64'), RelayState: relayState };
    return { kind: 'form', action: url, fields };
  }
  const customTagReplacement = (template: string) => ({ id, context: message(template) });
  const provider = identityProvider(settings, { url, ...endpoint });
  const sent = serviceProvider(settings).createLoginRequest(provider, 'redirect', { relayState, customTagReplacement });
  return { kind: 'redirect', url: sent.context };
}

/** Signs what goes as a form, where there is a key. samlify would not without a certificate. */
function signedRequest(xml: string, { signingKey, signingCertificate }: ServiceProviderSettings): string {
  if (signingKey === undefined) return xml;
  const signer = new SignedXml({
    privateKey: signingKey,
    ...(signingCertificate === undefined ? {} : { publicCert: signingCertificate }),
    signatureAlgorithm: rsaSha256,
    canonicalizationAlgorithm: ns.exclusive,
  });
  const transforms = [enveloped, ns.exclusive];
  signer.addReference({ xpath: '/*', transforms, digestAlgorithm: `${ns.encryption}sha256` });
  const reference = "/*/*[local-name(.)='Issuer']";
  signer.computeSignature(xml, { prefix: 'ds', location: { reference, action: 'after' } });
  return signer.getSignedXml();
}

/** Whose session is to end. */
export interface LogoutRequest {
  readonly id: string;
  readonly now: Date;
  readonly relayState: string;
  readonly nameId: string;
  readonly nameIdFormat?: string;
  readonly nameQualifier?: string;
  readonly spNameQualifier?: string;
  readonly sessionIndex?: string;
}

/** Makes a `LogoutRequest` (SAML 2.0 Core section 3.7.1) for the HTTP redirect binding and answers the URL. */
export function logoutRequest(settings: ServiceProviderSettings, url: string, logout: LogoutRequest): string {
  const values = {
    ID: logout.id,
    IssueInstant: instant(logout.now),
    Destination: url,
    Issuer: settings.entityId,
    NameID: logout.nameId,
    NameIDFormat: logout.nameIdFormat,
    NameQualifier: logout.nameQualifier,
    SPNameQualifier: logout.spNameQualifier,
    SessionIndex: logout.sessionIndex,
  };
  const customTagReplacement = (template: string) => ({
    id: logout.id,
    context: SamlLib.replaceTagsByValue(qualified(template), values),
  });
  const provider = identityProvider(settings, { binding: 'redirect', url });
  const user = { logoutNameID: logout.nameId };
  return serviceProvider(settings).createLogoutRequest(
    provider,
    'redirect',
    user,
    logout.relayState,
    customTagReplacement,
  ).context;
}

/** The template of samlify has no place for qualifiers. Placeholders without a value are left out with their name. */
const qualified = (template: string): string =>
  template.replace('<saml:NameID ', '$&NameQualifier="{NameQualifier}" SPNameQualifier="{SPNameQualifier}" ');

/**
 * Our metadata (SAML 2.0 Metadata section 2.4.4), for administrators of the provider.
 *
 * @param encryptionCertificate in PEM; absent: assertions are not to be encrypted.
 */
export function serviceProviderMetadata(
  settings: ServiceProviderSettings,
  encryptionCertificate: string | undefined,
): string {
  return serviceProvider(settings, encryptionCertificate).getMetadata();
}

/** Whole seconds in UTC: fractions are allowed, and some providers trip over them. */
const instant = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

function serviceProvider(
  settings: ServiceProviderSettings,
  encryptionCertificate?: string,
): ReturnType<typeof ServiceProvider> {
  const { signingKey, signingCertificate } = settings;
  return ServiceProvider({
    entityID: settings.entityId,
    assertionConsumerService: [{ Binding: binding.post, Location: settings.assertionConsumerService }],
    nameIDFormat: [settings.nameIdFormat],
    authnRequestsSigned: signingKey !== undefined,
    wantAssertionsSigned: true,
    requestSignatureAlgorithm: rsaSha256,
    ...(signingKey === undefined ? {} : { privateKey: signingKey }),
    ...(signingCertificate === undefined ? {} : { signingCert: signingCertificate }),
    ...(encryptionCertificate === undefined ? {} : { encryptCert: encryptionCertificate }),
  });
}

/** The provider, as far as samlify must know it to address a message. */
function identityProvider(
  { signingKey }: ServiceProviderSettings,
  endpoint: Endpoint,
): ReturnType<typeof IdentityProvider> {
  const service = [{ Binding: binding[endpoint.binding], Location: endpoint.url }];
  const isSigned = signingKey !== undefined;
  return IdentityProvider({
    entityID: endpoint.url,
    wantAuthnRequestsSigned: isSigned,
    wantLogoutRequestSigned: isSigned,
    singleSignOnService: service,
    singleLogoutService: service,
  });
}
