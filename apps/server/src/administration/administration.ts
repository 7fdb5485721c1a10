/** What administrators do while the server runs: see docs/adr/0031. Whoever lets them in stands in front of this. */
import type { JsonObject, Secret } from '@ostiary/primitives';

/** A client as administrators see it. */
export interface ClientRegistration {
  readonly id: string;
  readonly name: string;
  readonly public: boolean;
  readonly redirectUris: readonly string[];
  readonly trustedPeers: readonly string[];
  readonly logoUrl?: string;
}

/** A client with its secret: whoever made it, and whoever asks for this one, is told. */
export interface ClientWithSecret extends ClientRegistration {
  /** None for a public client without one. */
  readonly secret?: Secret;
}

/** What is not given stays as it is. */
export type ClientChanges = Partial<Omit<ClientRegistration, 'id' | 'public'>>;

/**
 * Clients that were registered here, beside those of the configuration file. Those of the file are found and listed, and
 * cannot be changed: that is refused with `config/invalid`.
 *
 * All reject with `config/invalid` for what cannot be, whose message says what to do about it, and with
 * `storage/unavailable` or `storage/conflict` when trying again may help.
 */
export interface ClientAdministration {
  find(id: string): Promise<ClientWithSecret | undefined>;
  /**
   * @param client without `id` one is made up, without `secret` too, unless it is public.
   * @returns the client as it is now; `undefined` when there is one with this id.
   */
  create(client: Partial<ClientWithSecret>): Promise<ClientWithSecret | undefined>;
  /** @returns false when there is none. */
  update(id: string, changes: ClientChanges): Promise<boolean>;
  /** All its logins are over with it, also for a client that gets its id later. */
  remove(id: string): Promise<boolean>;
  list(): Promise<readonly ClientRegistration[]>;
}

/** A person of the password database as administrators see one. */
export interface PasswordAccount {
  readonly email: string;
  readonly username: string;
  readonly userId: string;
}

/** People of the password database that were added here, beside those of the file. Errors are as with clients. */
export interface PasswordAdministration {
  /** @returns false when there is one with this address. */
  create(account: PasswordAccount & { readonly hash: Secret }): Promise<boolean>;
  /** @returns false when there is none. */
  update(email: string, changes: { readonly username?: string; readonly hash?: Secret }): Promise<boolean>;
  /** All its logins are over with it, and the sessions of browsers. */
  remove(email: string): Promise<boolean>;
  list(): Promise<readonly PasswordAccount[]>;
  /** @returns `undefined` when there is no such person. */
  verify(email: string, password: Secret): Promise<boolean | undefined>;
}

/** A login that can be renewed. */
export interface RenewableLogin {
  readonly id: string;
  readonly clientId: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
}

/** Logins of one person, by `sub`. All reject with `config/invalid` for what is no `sub` of this issuer. */
export interface LoginAdministration {
  list(subject: string): Promise<readonly RenewableLogin[]>;
  /** @returns how many were ended. */
  end(subject: string, clientId: string): Promise<number>;
}

/** All of it. */
export interface Administration {
  readonly clients: ClientAdministration;
  readonly passwords: PasswordAdministration;
  readonly logins: LoginAdministration;
  /** The discovery document. */
  discovery(): Promise<JsonObject>;
}
