import type { Clock, Logger, RandomBytes } from '@ostiary/primitives';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { StorageDriver } from './driver.ts';

/** The effects a storage is given. It reads no other clock, randomness or environment. */
export interface StorageDeps {
  readonly now: Clock;
  readonly random: RandomBytes;
  readonly log: Logger;
  /** What the environment says, for a storage that its platform tells there where it is. Absent: nothing. */
  readonly env?: (name: string) => string | undefined;
}

/** A storage as a plug-in: a name for configuration files, a schema for its options, a function that opens it. */
export interface StorageDefinition<C> {
  /** The name operators write: `storage.type` in a configuration file. */
  readonly type: string;
  /** Other names for the same storage. */
  readonly aliases?: readonly string[];
  /** Checks and completes the options. A Standard Schema, so any validator will do. */
  readonly config: StandardSchemaV1<unknown, C>;
  /**
   * True when records outlive the process. An issuer warns its operator when they do not.
   */
  readonly durable: boolean;
  /**
   * Opens the storage and makes what it needs (tables, scripts).
   *
   * @throws {OstiaryError} `config/invalid` for options that cannot work, `storage/unavailable` when it is not there.
   */
  open(config: C, deps: StorageDeps): Promise<StorageDriver>;
}

/** Gives a definition its type; nothing else happens. */
export function defineStorage<C>(definition: StorageDefinition<C>): StorageDefinition<C> {
  return definition;
}
