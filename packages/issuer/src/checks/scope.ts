import { OstiaryError } from '@ostiary/primitives';
import type { Client, ClientRegistry } from '../client.ts';

/** Scopes that mean something here, besides {@link AUDIENCE_SCOPE}. */
export const knownScopes = ['openid', 'email', 'groups', 'profile', 'offline_access', 'federated:id'] as const;

/** `audience:server:client_id:OTHER` asks for a token that OTHER accepts too (Dex's cross-client trust). */
const AUDIENCE_SCOPE = 'audience:server:client_id:';

/**
 * Checks the scopes of an authentication request (OpenID Connect Core section 3.1.2.1), which has `openid` among them.
 *
 * @throws {OstiaryError} `oauth/invalid_scope` naming the scopes that are missing, unknown or not for this client.
 */
export async function checkScopes(
  scopes: readonly string[],
  client: Client,
  clients: ClientRegistry,
): Promise<readonly string[]> {
  if (!scopes.includes('openid')) throw invalidScope('Missing required scope(s)', ['openid']);
  return checkKnownScopes(scopes, client, clients);
}

/** The same for a request that may do without `openid`. */
export async function checkKnownScopes(
  scopes: readonly string[],
  client: Client,
  clients: ClientRegistry,
): Promise<readonly string[]> {
  const unknown = scopes.filter((scope) => !isKnown(scope));
  if (unknown.length > 0) throw invalidScope('Unrecognized scope(s)', unknown);
  const untrusted = await untrustedPeers(peersOf(scopes), client, clients);
  if (untrusted.length > 0) {
    throw invalidScope(
      "Client can't request scope(s)",
      untrusted.map((peer) => AUDIENCE_SCOPE + peer),
    );
  }
  return scopes;
}

/**
 * Checks the client ids that a request names as audiences (RFC 8693 section 2.1).
 *
 * @throws {OstiaryError} `oauth/invalid_target` naming those that are unknown or do not trust this client.
 */
export async function checkAudience(
  audience: readonly string[],
  client: Client,
  clients: ClientRegistry,
): Promise<readonly string[]> {
  const untrusted = await untrustedPeers(audience, client, clients);
  if (untrusted.length === 0) return audience;
  throw new OstiaryError('oauth/invalid_target', `Client can't request audience(s) [${quoted(untrusted)}].`);
}

/** The client ids that audience scopes name, in their order. */
export function peersOf(scopes: readonly string[]): readonly string[] {
  return scopes.filter((scope) => scope.startsWith(AUDIENCE_SCOPE)).map((scope) => scope.slice(AUDIENCE_SCOPE.length));
}

/** The client `peerId`, if `client` may get tokens that it accepts: it is itself, or is listed in its `trustedPeers`. */
export async function trustingPeer(
  peerId: string,
  client: Client,
  clients: ClientRegistry,
): Promise<Client | undefined> {
  if (peerId === client.id) return client;
  const peer = peerId === '' ? undefined : await clients.find(peerId);
  return peer?.trustedPeers.includes(client.id) === true ? peer : undefined;
}

async function untrustedPeers(
  peers: readonly string[],
  client: Client,
  clients: ClientRegistry,
): Promise<readonly string[]> {
  const untrusted: string[] = [];
  for (const peer of peers) {
    if ((await trustingPeer(peer, client, clients)) === undefined) untrusted.push(peer);
  }
  return untrusted;
}

function isKnown(scope: string): boolean {
  return (knownScopes as readonly string[]).includes(scope) || scope.startsWith(AUDIENCE_SCOPE);
}

function invalidScope(problem: string, scopes: readonly string[]): OstiaryError {
  return new OstiaryError('oauth/invalid_scope', `${problem} [${quoted(scopes)}].`);
}

const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(' ');
