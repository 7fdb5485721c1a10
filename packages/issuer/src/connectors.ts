import type { Connector, Identity } from '@ostiary/connector-sdk';
import type { JsonObject } from '@ostiary/primitives';
import type { PersonRule } from './policy/rules.ts';

/** How somebody is called here, instead of how the provider calls them. Who they are is not for a mapping to say. */
export interface MappedIdentity extends Pick<Identity, 'email' | 'groups' | 'preferredUsername' | 'username'> {
  /** What rules and claims of clients may go by besides. It is stored with the login. */
  readonly extra?: JsonObject;
}

/** A configured connector. */
export interface ConnectorEntry {
  readonly id: string;
  readonly type: string;
  /** The name people see. */
  readonly name: string;
  readonly connector: Connector;
  /** Grants this connector may be used with; absent: all. */
  readonly grantTypes?: readonly string[];
  /** The registered callback, where it is not the issuer's `/callback/{id}`: Dex's shared `/callback`. */
  readonly callbackUrl?: string;
  /**
   * Applied to each answer of the connector: at a login, a refresh that asks the provider, an exchange. What it throws
   * refuses the person, and is told to the operator.
   *
   * @param before at a refresh, what it came to the last time: a provider may say less then than at a login.
   */
  readonly mapIdentity?: (answer: Identity, before?: MappedIdentity) => MappedIdentity;
  /** What its people must be to have tokens, whichever client asks. They go by what the mapping has made of them. */
  readonly userValidationRules?: readonly PersonRule[];
}

/** Where connectors are found. */
export interface ConnectorRegistry {
  get(id: string): ConnectorEntry | undefined;
  list(): readonly ConnectorEntry[];
  /**
   * True for a connector that the configuration has and that could not be opened: its logins are told to try again.
   * Absent: there is none. One that is neither here nor in `get` is gone.
   */
  isUnavailable?(id: string): boolean;
}
