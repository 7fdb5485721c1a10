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
}
