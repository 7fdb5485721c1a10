/** The OpenID provider as this program sees it: its metadata and how to reach it. */
import type { Clock, Fetch } from '@ostiary/primitives';
import * as oauth from 'oauth4webapi';
import { isLoopbackHost } from '../http/loopback-host.ts';
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

/** An issuer as typed by a person. @throws {OstiaryError} `config/invalid` */
export function parseIssuerArgument(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const fine =
    url !== undefined &&
    !/[?#]/.test(text) &&
    !url.username &&
    !url.password &&
    (url.protocol === 'https:' || isPlainLoopback(text));
  if (fine) return url;
  throw problem({
    code: 'config/invalid',
    cause: `"${text}" is not the address of an issuer.`,
    remedy: 'Give an https address without a query, for example: kubectl login https://login.example.com',
  });
}

/** Reads the discovery document (OpenID Connect Discovery 1.0 section 4). */
export async function discoverProvider(issuer: URL, deps: OidcDeps): Promise<Provider> {
  try {
    const response = await oauth.discoveryRequest(
      issuer,
      httpOptions({ as: { issuer: issuer.href }, fetch: deps.fetch }),
    );
    assertAvailable(response, issuer.href);
    const skewSeconds = skewOf(response, deps.now);
    const as = await oauth.processDiscoveryResponse(issuer, response);
    assertEndpoints(as);
    return { as, fetch: deps.fetch, now: deps.now, skewSeconds };
  } catch (error) {
    throw explainOidcError(error, issuer.href, 'reading its discovery document');
  }
}

function assertEndpoints(as: oauth.AuthorizationServer): void {
  for (const name of ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const) {
    const value = as[name];
    const url = value !== undefined && URL.canParse(value) ? new URL(value) : undefined;
    if (url !== undefined && (url.protocol === 'https:' || isPlainLoopback(url.href))) continue;
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
