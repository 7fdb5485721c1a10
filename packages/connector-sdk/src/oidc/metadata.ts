/** The provider's description of itself (OpenID Connect Discovery 1.0), and what of it is believed. */
import { OstiaryError } from '@ostiary/primitives';
import type { AuthorizationServer } from 'oauth4webapi';
import { z } from 'zod';
import { isLoopback } from '../loopback.ts';
import { unbelievable } from '../oauth2/failure.ts';
import { answering, type Transport } from '../oauth2/transport.ts';

/** Endpoints that a configuration states; they replace those of the document. */
export interface EndpointOverrides {
  readonly authorization_endpoint?: string;
  readonly token_endpoint?: string;
  readonly jwks_uri?: string;
  readonly userinfo_endpoint?: string;
  readonly end_session_endpoint?: string;
}

/** Which provider to discover, how to reach it, and which of its endpoints are known better. */
export interface DiscoveryOptions {
  /** Where the document is: `<issuer>/.well-known/openid-configuration`. */
  readonly issuer: string;
  /** What `iss` will be where a provider does not say the truth about itself; the document's own is then ignored. */
  readonly issuerAlias?: string;
  readonly endpoints?: EndpointOverrides;
  readonly transport: Transport;
}

/** Characters of another issuer that are told in the log. */
const longestIssuer = 200;

const names = z.array(z.string()).exactOptional();
const url = z.url().exactOptional();

/**
 * What a provider need not have or say. Who logs nobody in, but signs tokens for its jobs, has neither of the first two:
 * GitHub Actions, the API server of Kubernetes.
 */
const optionalMembers = {
  authorization_endpoint: url,
  token_endpoint: url,
  userinfo_endpoint: url,
  end_session_endpoint: url,
  scopes_supported: names,
  id_token_signing_alg_values_supported: names,
  code_challenge_methods_supported: names,
  token_endpoint_auth_methods_supported: names,
  authorization_response_iss_parameter_supported: z.boolean().exactOptional(),
};

const members = z.object({
  issuer: z.string(),
  jwks_uri: url,
  ...optionalMembers,
});

/** Some providers write `null` or an empty text for what they do not have. It counts as left out. */
const withoutBlanks = (found: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(found).filter(
      ([name, value]) => !(Object.hasOwn(optionalMembers, name) && (value === null || value === '')),
    ),
  );

const document = z.record(z.string(), z.unknown()).transform(withoutBlanks).pipe(members);

/**
 * Fetches and checks the document. Its `issuer` must be the configured one byte for byte (section 4.3).
 *
 * @throws {OstiaryError} `upstream/unavailable`, or `upstream/protocol` for a document that must not be believed.
 */
export async function discover(options: DiscoveryOptions): Promise<AuthorizationServer> {
  const { issuer, transport } = options;
  if (!isSafe(issuer, options)) throw plainHttp();
  const location = `${issuer.replace(/\/$/u, '')}/.well-known/openid-configuration`;
  const headers = { accept: 'application/json' };
  const response = await answering(transport.fetch)(location, { headers, redirect: 'manual' });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw unbelievable({ reason: 'discovery document', status: response.status, issuer });
  }
  const found = document.safeParse(await jsonOf(response, issuer));
  if (!found.success) throw unbelievable({ reason: 'discovery document', issuer, keys: keysOf(found.error) });
  if (options.issuerAlias === undefined && found.data.issuer !== issuer) {
    const issuers = { expected: issuer, found: found.data.issuer.slice(0, longestIssuer) };
    throw unbelievable({ reason: 'issuer of the discovery document', ...issuers });
  }
  const server = { ...found.data, ...options.endpoints, issuer: options.issuerAlias ?? issuer };
  checkEndpoints(server, options);
  return server;
}

async function jsonOf(response: Response, issuer: string): Promise<unknown> {
  try {
    return JSON.parse(await response.text());
  } catch (error) {
    if (error instanceof SyntaxError) throw unbelievable({ reason: 'discovery document is not JSON', issuer });
    throw error;
  }
}

function checkEndpoints(server: AuthorizationServer, options: DiscoveryOptions): void {
  const { authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint, end_session_endpoint } = server;
  const endpoints = { authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint, end_session_endpoint };
  for (const [name, endpoint] of Object.entries(endpoints)) {
    if (endpoint === undefined || isSafe(endpoint, options) || isConfigured(endpoint, options)) continue;
    throw unbelievable({ reason: `${name} is not https` });
  }
}

/** https, or http where the issuer itself is plain http on this machine or by configuration. */
function isSafe(endpoint: string, { issuer, transport }: DiscoveryOptions): boolean {
  const { protocol } = new URL(endpoint);
  if (protocol === 'https:') return true;
  const plain = transport.allowHttp === true || (issuer.startsWith('http:') && isLoopback(new URL(issuer)));
  return protocol === 'http:' && plain;
}

/** http to this machine where the configuration says so. A document from elsewhere has no say in that. */
const isConfigured = (endpoint: string, { endpoints = {} }: DiscoveryOptions): boolean =>
  Object.values(endpoints).includes(endpoint) && isLoopback(new URL(endpoint));

function plainHttp(): OstiaryError {
  const message = 'issuer: must begin with https://: keys come from there. Plain http is for this machine only.';
  return new OstiaryError('config/invalid', message);
}

const keysOf = (error: z.ZodError): readonly string[] => error.issues.map((issue) => issue.path.join('.'));
