import type { Secret } from '@ostiary/primitives';

/** An address as the provider gave it. */
export interface Email {
  readonly address: string;
  /**
   * True only when the very document that held the address said so with a boolean `true` (OpenID Connect Core
   * section 5.1). Absent, a string, or another document's word for it: false.
   */
  readonly verified: boolean;
}

/** How and when the person proved who they are, as far as the provider tells. */
export interface Authentication {
  /** The moment of the interactive login at the provider (`auth_time`). */
  readonly time?: Date;
  /** Authentication method references (RFC 8176): `['pwd', 'otp']`. */
  readonly methods?: readonly string[];
  /** Authentication context class (`acr`). */
  readonly contextClass?: string;
  /** The moment at which the provider ends this login (`SessionNotOnOrAfter` in SAML). */
  readonly expires?: Date;
}

/** Who somebody is, in the words of one provider. */
export interface Identity {
  /**
   * The provider's immutable id of the account, never empty: a number in decimal, a GUID, an `objectGUID`. Not a name
   * or an address, which people change and providers hand to somebody else. Together with the connector's id it
   * becomes `sub`.
   */
  readonly userId: string;
  /** The name to show (`name` claim). May be empty. */
  readonly username: string;
  /** The name the person logs in with (`preferred_username` claim), where the provider has one. */
  readonly preferredUsername?: string;
  readonly email?: Email;
  /** Every group that the configuration asks for, complete, without doubles. */
  readonly groups: readonly string[];
  /**
   * The part of the provider that the account belongs to (Entra tenant, Google hosted domain), for the log. It is no part
   * of `sub`: where a provider's ids are unique only in a tenant, {@link userId} has to name it.
   */
  readonly tenant?: string;
  readonly authentication?: Authentication;
  /**
   * `false`: the provider gave nothing to renew this login with, so no refresh token is given for it. Absent: it can be
   * renewed, where the connector can renew logins at all.
   */
  readonly renewable?: false;
  /**
   * What refresh, logout or exchange will need later, in a form only this connector reads: often an upstream token.
   * The issuer keeps it encrypted and hands it back unchanged.
   */
  readonly connectorData?: Secret;
  /**
   * What the provider said of the person, in its own words and as JSON: claims of an ID token or of userinfo, attributes
   * of an assertion. Rules of an operator are asked about it, then it is forgotten: it is not stored, and in no log.
   */
  readonly claims?: Readonly<Record<string, unknown>>;
}
