import type { Connector } from '@ostiary/connector-sdk';

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
