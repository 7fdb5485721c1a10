import type { Clock, Fetch, IssuerId, Logger, RandomBytes } from '@ostiary/primitives';
import type { StorageDriver } from '@ostiary/storage-sdk';
import type { KeyRing, Sealer } from '@ostiary/token-core';
import type { ClientRegistry } from './client.ts';
import type { ConnectorRegistry } from './connectors.ts';
import type { GrantType } from './grant-type.ts';

/** Lifetimes in seconds. */
export interface Lifetimes {
  /** ID and access tokens (`expiry.idTokens`). */
  readonly idToken: number;
  /** From the first request to the end of the login (`expiry.authRequests`). */
  readonly login: number;
  /** Authorization codes. At most 600 (RFC 6749 section 4.1.2). */
  readonly code: number;
  /** Device and user codes (`expiry.deviceRequests`). Absent: 300. */
  readonly device?: number;
  readonly refreshToken: {
    /** A token rotates at each use, unless this is false (`expiry.refreshTokens.disableRotation`). */
    readonly rotate: boolean;
    /** For how long after a rotation the token before it is answered with the same successor (`reuseInterval`). */
    readonly reuseInterval: number;
    /** From the login; absent: no limit (`absoluteLifetime`). */
    readonly absolute?: number;
    /** From the last use; absent: no limit (`validIfNotUsedFor`). */
    readonly idle?: number;
  };
}

/** What the protocol may and must do, mostly Dex's `oauth2` block. */
export interface ProtocolOptions {
  /**
   * Grants of the token endpoint (`grantTypes`); others are as unknown to it as to discovery. Absent: all but
   * `client_credentials`.
   */
  readonly grantTypes?: readonly GrantType[];
  /** Log in without asking for consent (`skipApprovalScreen`). */
  readonly skipApproval: boolean;
  /** Show the choice of connectors even when there is only one (`alwaysShowLoginScreen`). */
  readonly alwaysShowLogin: boolean;
  /** PKCE for confidential clients too. Public clients always need it. */
  readonly requirePkce: boolean;
  /** `S256` alone unless an operator names `plain` as well. */
  readonly pkceMethods: readonly ('S256' | 'plain')[];
}

/** Sessions of browsers, so that people log in once for several applications: Dex's `sessions` block. Times in seconds. */
export interface SessionOptions {
  /** Name of the cookie, without the `__Host-` that it has below https. Two issuers on one host need two names. */
  readonly cookieName: string;
  /** From the login (`absoluteLifetime`). */
  readonly absolute: number;
  /** From the last time that a client was answered by it (`validIfNotUsedFor`). */
  readonly idle: number;
  /** Clients that say nothing share their logins with all others (`ssoSharedWithDefault`: all). */
  readonly sharedByDefault: boolean;
  /** The browser keeps it when it is closed, unless the person says otherwise (`rememberMeCheckedByDefault`). */
  readonly remembered: boolean;
}

/** How clients are told that a session is over (OpenID Connect Back-Channel Logout). */
export interface BackchannelOptions {
  /** Reaches them. Must not repeat a request. */
  readonly fetch: Fetch;
}

/** How many wrong passwords are heard within a window, at connectors with a form. 0: no limit. */
export interface PasswordAttempts {
  /** For one name at one connector. */
  readonly perAccount: number;
  /** From one network address, as the host found it; IPv6 by its /64. */
  readonly perAddress: number;
  /** Seconds from the first wrong password of a window to its end. */
  readonly window: number;
}

/** The parts an issuer is made of. */
export interface IssuerOptions {
  readonly issuer: IssuerId;
  readonly storage: StorageDriver;
  readonly keys: KeyRing;
  readonly sealer: Sealer;
  readonly clients: ClientRegistry;
  readonly connectors: ConnectorRegistry;
  readonly lifetimes: Lifetimes;
  readonly protocol: ProtocolOptions;
  /** Absent: every client sends people to log in. */
  readonly sessions?: SessionOptions;
  /** Absent: nobody is told that a session is over. Nothing without sessions. */
  readonly backchannel?: BackchannelOptions;
  /** Absent: 10 for an account and 200 for an address within 15 minutes. */
  readonly passwordAttempts?: PasswordAttempts;
  readonly now: Clock;
  readonly random: RandomBytes;
  readonly log: Logger;
}
