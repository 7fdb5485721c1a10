import { type Clock, type Json, OstiaryError, type RandomBytes } from '@ostiary/primitives';
import {
  deadlineMs,
  isLive,
  type Key,
  keyPrefix,
  keyToText,
  type PutOptions,
  type PutOutcome,
  randomVersion,
  type ScanOptions,
  type ScanPage,
  type StorageDriver,
  type Stored,
  type SweepOutcome,
  type TakeOptions,
  textToKey,
} from '@ostiary/storage-sdk';
import type { TemplateNameConfig } from './config.ts';

/**
 * Stands where the client library of the database will be, so that the conformance kit passes from the first minute:
 * replace one verb of the driver after the other by a statement of the database, and keep the kit green.
 */
export type Database = Map<string, Row>;

/** A stored value with its version and its deadline. */
export interface Row {
  readonly text: string;
  readonly version: string;
  readonly deadline: number | undefined;
}

/** Where the records are, and what the driver works with. */
export interface TemplateNameOptions extends TemplateNameConfig {
  readonly database: Database;
  readonly now: Clock;
  readonly random: RandomBytes;
}

/**
 * Opens the storage.
 *
 * @throws {OstiaryError} `storage/unavailable` when it cannot be reached.
 */
export async function openTemplateNameDriver(options: TemplateNameOptions): Promise<StorageDriver> {
  return new TemplateNameDriver(options);
}

class TemplateNameDriver implements StorageDriver {
  readonly #options: TemplateNameOptions;
  readonly #rows: Database;
  #open = true;

  constructor(options: TemplateNameOptions) {
    this.#options = options;
    this.#rows = options.database;
  }

  async get(key: Key): Promise<Stored | undefined> {
    return toStored(this.#live(this.#name(key)));
  }

  /** One statement in a real database: the comparison and the write must not come apart. */
  async put(key: Key, value: Json, { ifVersion, expiresAt }: PutOptions): Promise<PutOutcome> {
    const name = this.#name(key);
    const deadline = deadlineMs(expiresAt);
    const current = this.#live(name);
    if (ifVersion !== 'any' && ifVersion !== (current?.version ?? 'absent')) return { written: false };
    const version = randomVersion(this.#options.random);
    this.#rows.set(name, { text: JSON.stringify(value), version, deadline });
    return { written: true, version };
  }

  /** One statement in a real database: of two callers only one may see the record. */
  async take(key: Key, { ifVersion }: TakeOptions = {}): Promise<Stored | undefined> {
    const name = this.#name(key);
    const row = this.#live(name);
    if (row === undefined || (ifVersion !== undefined && ifVersion !== row.version)) return undefined;
    this.#rows.delete(name);
    return toStored(row);
  }

  async scan({ prefix, limit, cursor = '' }: ScanOptions): Promise<ScanPage> {
    const begin = this.#prefix + keyPrefix(prefix);
    const names = [...this.#rows.keys()].filter((name) => name.startsWith(begin) && name > cursor && this.#live(name));
    const page = names.toSorted().slice(0, limit);
    const keys = page.map((name) => textToKey(name.slice(this.#prefix.length)));
    const last = page.at(-1);
    return last !== undefined && page.length < names.length ? { keys, cursor: last } : { keys };
  }

  async sweep({ limit }: { readonly limit: number }): Promise<SweepOutcome> {
    const expired = [...this.#rows.keys()].filter((name) => name.startsWith(this.#prefix) && !this.#live(name));
    for (const name of expired.slice(0, limit)) this.#rows.delete(name);
    return { removed: Math.min(expired.length, limit), more: expired.length > limit };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#open = false;
  }

  get #prefix(): string {
    return `${this.#options.keyPrefix}:`;
  }

  #name(key: Key): string {
    return this.#prefix + keyToText(key);
  }

  /** The clock of the issuer decides what has expired, not the one of the database. */
  #live(name: string): Row | undefined {
    if (!this.#open) throw new OstiaryError('storage/unavailable', 'The storage was closed.');
    const row = this.#rows.get(name);
    return row !== undefined && isLive(row.deadline, this.#options.now()) ? row : undefined;
  }
}

function toStored(row: Row | undefined): Stored | undefined {
  if (row === undefined) return undefined;
  const deadline = row.deadline === undefined ? {} : { expiresAt: new Date(row.deadline) };
  // What stands here came out of JSON.stringify of a Json value.
  return { value: JSON.parse(row.text) as Json, version: row.version, ...deadline };
}
