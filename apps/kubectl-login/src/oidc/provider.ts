/** The OpenID provider as this program sees it: its metadata and how to reach it. */
import type { Clock, Fetch } from '@ostiary/primitives';
import * as oauth from 'oauth4webapi';
import { isLoopbackHost } from '../http/loopback-host.ts';
import { plainText, shellWord } from '../plain-text.ts';
import { problem } from '../problem.ts';
import type { IssuerMetadata } from '../store/session.ts';
import { assertAvailable, explainOidcError } from './oidc-error.ts';

export interface OidcDeps {
  readonly fetch: Fetch;
  readonly now: Clock;
}

export interface Provider {
  readonly as: oauth.AuthorizationServer;
  readonly fetch: Fetch;
  readonly now: Clock;
  /** How far the issuer's clock is ahead of ours, in seconds, by its `Date` header; undefined when it sent none. */
  readonly skewSeconds: number | undefined;
}

type OidcFetch = (
  url: string,
  options: oauth.CustomFetchOptions<'GET' | 'POST', URLSearchParams | undefined>,
) => Promise<Response>;

/** Options that every request of oauth4webapi gets. */
export interface HttpOptions {
  readonly [oauth.customFetch]: OidcFetch;
  readonly [oauth.allowInsecureRequests]: boolean;
}

/** Plain http is allowed to this machine only; the fetch itself refuses it for any other host. */
export function httpOptions({ as, fetch }: Pick<Provider, 'as' | 'fetch'>): HttpOptions {
  return {
    [oauth.customFetch]: (url, { method, headers, body, redirect }) =>
      fetch(url, { method, headers, redirect, ...(body === undefined ? {} : { body }) }),
    [oauth.allowInsecureRequests]: isPlainLoopback(as.issuer),
  };
}

function isPlainLoopback(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && isLoopbackHost(hostname);
}

/** Where an issuer keeps its discovery document, behind its own name. */
const WELL_KNOWN = /\/\.well-known\/openid-configuration\/?$/;

/**
 * An issuer as typed by a person. The address of its discovery document will do as well: what the issuer calls itself
 * is compared later in any case.
 *
 * @throws {OstiaryError} `config/invalid`
 */
export function parseIssuerArgument(text: string): URL {
  const url = readIssuer(text.replace(WELL_KNOWN, ''));
  if (url !== undefined) return url;
  throw problem({
    code: 'config/invalid',
    cause: `"${text}" is not the address of an issuer.`,
    remedy: 'Give an https address without a query, for example: kubectl login https://login.example.com',
  });
}

function readIssuer(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || /[?#]/.test(text) || url.username || url.password) return undefined;
  return url.protocol === 'https:' || isPlainLoopback(text) ? url : undefined;
}

/**
 * Reads the discovery document (OpenID Connect Discovery 1.0 section 4).
 *
 * @param typed true for an address from a person: with or without a slash at the end, whatever the issuer has. Both
 *   lead to the same document, so nobody else can be meant.
 */
export async function discoverProvider(
  issuer: URL,
  deps: OidcDeps,
  { typed = false }: { typed?: boolean } = {},
): Promise<Provider> {
  const document = `${issuer.href.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const response = await oauth.discoveryRequest(
      issuer,
      httpOptions({ as: { issuer: issuer.href }, fetch: deps.fetch }),
    );
    assertAvailable(response, issuer.href);
    assertDocument(response, document);
    const skewSeconds = skewOf(response, deps.now);
    const name = await issuerOf(response.clone());
    const named = name === undefined ? issuer : assertMeant(issuer, name, typed);
    const as = withoutOddities(await oauth.processDiscoveryResponse(named, response));
    assertEndpoints(as);
    return { as, fetch: deps.fetch, now: deps.now, skewSeconds };
  } catch (error) {
    throw explainOidcError(error, issuer.href, `reading ${document}`);
  }
}

/** The usual slip: a path that is missing, or one too many. */
function assertDocument({ status }: Response, document: string): void {
  if (status === 200) return;
  const redirect = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
  throw problem({
    code: 'upstream/protocol',
    cause: `${document} answered with status ${status}${redirect}.`,
    remedy: 'Check the issuer address and its path (such as /dex or /realms/NAME): an issuer has such a document.',
  });
}

/** What a discovery document calls its issuer; undefined when it is no document, or names none. */
async function issuerOf(response: Response): Promise<string | undefined> {
  const body: unknown = response.ok ? await response.json().catch(() => undefined) : undefined;
  const name: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'issuer') : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** The issuer by its own name, if that is the one that was asked for. */
function assertMeant(asked: URL, name: string, typed: boolean): URL {
  const named = readIssuer(name);
  const bare = ({ href }: URL): string => (typed ? href.replace(/\/$/, '') : href);
  if (named !== undefined && bare(named) === bare(asked)) return named;
  throw problem({
    code: 'upstream/protocol',
    cause: `The issuer at ${asked.href} calls itself ${plainText(name)}.`,
    remedy:
      named === undefined
        ? 'That is no address to log in at: tell the operator of the issuer.'
        : `If that is the one you mean: kubectl login ${shellWord(plainText(name))}`,
  });
}

/** True for an address that is protected on its way, which is all that a discovery document may name. */
function isUsableEndpoint(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  return new URL(value).protocol === 'https:' || isPlainLoopback(value);
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** The optional metadata that this program reads, and what of them can be used. */
const OPTIONAL = {
  revocation_endpoint: isUsableEndpoint,
  device_authorization_endpoint: isUsableEndpoint,
  id_token_signing_alg_values_supported: isTextList,
  scopes_supported: isTextList,
} as const;

/** A null, an empty text or a text for a list counts as not given: such documents exist, and people log in there. */
function withoutOddities(as: oauth.AuthorizationServer): oauth.AuthorizationServer {
  const odd = Object.entries(OPTIONAL).filter(([name, isUsable]) => !isUsable(as[name]));
  const kept = Object.entries(as).filter(([name]) => !odd.some(([oddName]) => oddName === name));
  return { ...Object.fromEntries(kept), issuer: as.issuer };
}

function assertEndpoints(as: oauth.AuthorizationServer): void {
  for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
    if (isUsableEndpoint(as[name])) continue;
    throw problem({
      code: 'upstream/protocol',
      cause: `${as.issuer} has no usable ${name} in its discovery document.`,
      remedy: 'Check the issuer address; it must be an OpenID Connect provider that is reached by https.',
    });
  }
}

/** The seconds by which the issuer's clock is ahead of ours, from the `Date` header (RFC 9110 section 6.6.1). */
export function skewOf(response: Response, now: Clock): number | undefined {
  const date = Date.parse(response.headers.get('date') ?? '');
  return Number.isNaN(date) ? undefined : Math.round((date - now().getTime()) / 1000);
}

/** What of the metadata a session keeps. */
export function keepMetadata({ as, now }: Provider): IssuerMetadata {
  return {
    tokenEndpoint: as.token_endpoint ?? '',
    revocationEndpoint: as.revocation_endpoint,
    idTokenAlgorithms: as.id_token_signing_alg_values_supported,
    fetchedAt: now().getTime(),
  };
}

/** A provider from what a session keeps, without a request. */
export function providerFromMetadata(issuer: string, metadata: IssuerMetadata, deps: OidcDeps): Provider {
  const as: oauth.AuthorizationServer = {
    issuer,
    token_endpoint: metadata.tokenEndpoint,
    ...(metadata.revocationEndpoint === undefined ? {} : { revocation_endpoint: metadata.revocationEndpoint }),
    ...(metadata.idTokenAlgorithms === undefined
      ? {}
      : { id_token_signing_alg_values_supported: [...metadata.idTokenAlgorithms] }),
  };
  return { as, fetch: deps.fetch, now: deps.now, skewSeconds: undefined };
}
