import type { Secret } from '@ostiary/primitives';
import type { SigningAlgorithm } from '@ostiary/token-core';

/** A relying party (RFC 6749 section 2), with Dex's `staticClients` keys under their names. */
export interface Client {
  readonly id: string;
  /** Shown to people. */
  readonly name: string;
  /** Public clients (native apps, `kubectl login`) keep no secret and must use PKCE. */
  readonly public: boolean;
  /** None for a public client without one. Several while a secret is being changed. An empty one admits nobody. */
  readonly secrets: readonly Secret[];
  /** Compared byte for byte. A public client without any may use loopback redirects (RFC 8252 section 7.3). */
  readonly redirectUris: readonly string[];
  /** Clients that may ask for tokens with this one as an audience. */
  readonly trustedPeers: readonly string[];
  /** Connector ids that people may log in with; absent: all. */
  readonly allowedConnectors?: readonly string[];
  /** Absent: the server's default. */
  readonly signingAlgorithm?: SigningAlgorithm;
  /** Seconds; absent: the server's default. */
  readonly idTokenLifetime?: number;
  readonly logoUrl?: string;
  /**
   * Clients that take over a login which people made for this one (`ssoSharedWith`), by id, or `*` for all. Absent: as
   * the sessions of the issuer say.
   */
  readonly sharesLoginWith?: readonly string[];
  /** `session`: its tokens are good as long as the session of the browser that it has them from. */
  readonly refreshTokenLifetime?: 'standalone' | 'session';
}

/** Where clients are found. A host combines configured and stored ones. */
export interface ClientRegistry {
  /** @throws {OstiaryError} `storage/unavailable` */
  find(id: string): Promise<Client | undefined>;
}
