/** The configuration of a server, complete and checked. Nothing after it reads a file or the environment. */
import type { PasswordDatabase, PasswordEntry } from '@ostiary/connector-local';
import type { Connector, ConnectorContext } from '@ostiary/connector-sdk';
import type {
  Client,
  ConnectorEntry,
  Lifetimes,
  PasswordAttempts,
  ProtocolOptions,
  SessionOptions,
} from '@ostiary/issuer';
import type { IssuerId } from '@ostiary/primitives';
import type { StorageDeps, StorageDriver } from '@ostiary/storage-sdk';
import type { SigningAlgorithm } from '@ostiary/token-core';
import type { Frontend, TrustedProxies } from '../http/host.ts';
import type { ListenAddress } from '../listen/address.ts';
import type { TlsSettings } from '../listen/tls-files.ts';
import type { LogSettings } from '../ops/logger.ts';
import type { WrittenReview } from './read-token-review.ts';

/** A storage whose options were read. */
export interface StorageSettings {
  readonly type: string;
  /** False: everything is forgotten when the process ends. */
  readonly durable: boolean;
  readonly open: (deps: StorageDeps) => Promise<StorageDriver>;
}

/** A connector whose options were read. */
export interface ConnectorSettings extends Pick<ConnectorEntry, 'mapIdentity' | 'userValidationRules'> {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Absent: all. */
  readonly grantTypes?: readonly string[];
  /** `redirectURI` of its options: the callback that is registered with the provider. */
  readonly callbackUrl?: string;
  /** @param accounts what administrators have added to the password database. */
  readonly open: (context: ConnectorContext, accounts: PasswordDatabase) => Connector;
}

/** A client of the file. */
export interface ConfiguredClient extends Client {
  readonly tokenReview?: WrittenReview;
}

export interface WebSettings {
  readonly http?: ListenAddress;
  readonly https?: { readonly address: ListenAddress; readonly tls: TlsSettings };
  readonly headers: Readonly<Record<string, string>>;
  readonly allowedOrigins: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly trustedProxies?: TrustedProxies;
}

/** Where administrators call. */
export interface AdministrationSettings {
  readonly address: ListenAddress;
  /** Absent: in the clear, on a loopback address. */
  readonly tls?: TlsSettings;
}

export interface SigningSettings {
  /** What clients get that ask for nothing else. */
  readonly algorithm: SigningAlgorithm;
  /** Seconds for which a key signs. */
  readonly rotationPeriod: number;
}

export interface Config {
  readonly issuer: IssuerId;
  readonly storage: StorageSettings;
  readonly web: WebSettings;
  readonly telemetry?: ListenAddress;
  readonly administration?: AdministrationSettings;
  readonly protocol: ProtocolOptions;
  readonly lifetimes: Lifetimes;
  readonly passwordAttempts: PasswordAttempts;
  readonly sessions?: SessionOptions;
  readonly signing: SigningSettings;
  readonly logging: LogSettings;
  readonly frontend: Frontend;
  readonly clients: readonly ConfiguredClient[];
  readonly connectors: readonly ConnectorSettings[];
  /** `staticPasswords`. Absent: there is no password database. */
  readonly people?: readonly PasswordEntry[];
  /** Start without connectors that cannot be opened, as long as one can. */
  readonly continueOnConnectorFailure: boolean;
}
