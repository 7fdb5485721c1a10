import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import {
  deadlineMs,
  keyPrefix,
  keyToText,
  parseStoredValue,
  randomVersion,
  type ScanOptions,
  type ScanPage,
  type StorageDeps,
  type StorageDriver,
  type Stored,
  type SweepOutcome,
  textToKey,
} from '@ostiary/storage-sdk';
import { noPathProblem } from './config.ts';
import { inPlaceCheck, openFile, unreachable, unreadable, unusable } from './open-file.ts';
import { patiently } from './patience.ts';
import { migrate, tablesOfOthers } from './schema.ts';
import { isMisfit } from './sqlite-error.ts';
import { prepareStatements, type Row, type Statements } from './statements.ts';
import { WriteQueue } from './write-queue.ts';

/** The file of the database, and what the driver works with. */
export interface SqliteOptions extends Omit<StorageDeps, 'env'> {
  /** Path of the database file. */
  readonly file: string;
  /** How long to wait for a lock of another process, in milliseconds. Default 5000. */
  readonly patience?: number;
}

const DEFAULT_PATIENCE_MS = 5_000;

/**
 * Opens the file, makes it and its tables when they are not there.
 *
 * @throws {OstiaryError} `config/invalid` when there can be no database at this path; `storage/corrupt` when the file
 * is damaged or of a newer release; `storage/unavailable` when it is locked for too long.
 */
export async function openSqliteDriver(options: SqliteOptions): Promise<StorageDriver> {
  const { file, now, log, patience = DEFAULT_PATIENCE_MS } = options;
  const noPath = noPathProblem(file);
  if (noPath !== undefined) throw unusable(file, noPath);
  const path = resolve(file);
  try {
    const database = await patiently(() => openFile(path, log), patience);
    try {
      await patiently(() => migrate(database, now().getTime()), patience);
      const tables = tablesOfOthers(database);
      if (tables.length > 0) log.warn('storage.file_shared', { file: path, tables });
      return new SqliteDriver(database, { ...options, file: path, patience });
    } catch (error) {
      database.close();
      throw isMisfit(error) ? unusable(path, 'has tables named ostiary_ that are not ours', error) : error;
    }
  } catch (error) {
    if (isOstiaryError(error, 'storage/corrupt')) throw unreadable(path, error);
    throw isOstiaryError(error, 'storage/unavailable') ? unreachable(path, error) : error;
  }
}

class SqliteDriver implements StorageDriver {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #writes: WriteQueue;
  readonly #options: Required<SqliteOptions>;
  #open = true;

  constructor(database: DatabaseSync, options: Required<SqliteOptions>) {
    this.#database = database;
    this.#statements = prepareStatements(database);
    this.#writes = new WriteQueue(database, options.patience, inPlaceCheck(options.file));
    this.#options = options;
  }

  async get(key: Parameters<StorageDriver['get']>[0]): Promise<Stored | undefined> {
    const name = keyToText(key);
    return toStored((await this.#read(() => this.#statements.get(name, this.#now())))[0]);
  }

  async put(
    ...[key, value, { ifVersion, expiresAt }]: Parameters<StorageDriver['put']>
  ): ReturnType<StorageDriver['put']> {
    const version = randomVersion(this.#options.random);
    const row: Row = {
      name: keyToText(key),
      value: JSON.stringify(value),
      version,
      expires_at: deadlineMs(expiresAt) ?? null,
    };
    const now = this.#now();
    const written = await this.#write(() => {
      if (ifVersion === 'any') return this.#statements.putAny(row);
      if (ifVersion === 'absent') return this.#statements.putAbsent(row, now);
      return this.#statements.putVersion(row, ifVersion, now);
    });
    return written ? { written, version } : { written };
  }

  async take(...[key, { ifVersion } = {}]: Parameters<StorageDriver['take']>): Promise<Stored | undefined> {
    const name = keyToText(key);
    const now = this.#now();
    const rows = await this.#write(() =>
      ifVersion === undefined ? this.#statements.take(name, now) : this.#statements.takeVersion(name, ifVersion, now),
    );
    return toStored(rows[0]);
  }

  async scan({ prefix, limit, cursor }: ScanOptions): Promise<ScanPage> {
    const page = { prefix: keyPrefix(prefix), after: cursor, limit, now: this.#now() };
    const names = await this.#read(() => this.#statements.scan(page));
    const last = names.at(-1);
    const keys = names.map(textToKey);
    return last !== undefined && names.length === limit ? { keys, cursor: last } : { keys };
  }

  async sweep({ limit }: { readonly limit: number }): Promise<SweepOutcome> {
    const now = this.#now();
    const removed = await this.#write(() => this.#statements.sweep(now, limit));
    return { removed, more: removed === limit };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#writes.idle();
    this.#database.close();
  }

  #now(): number {
    return this.#options.now().getTime();
  }

  #read<R>(read: () => R): Promise<R> {
    this.#checkOpen();
    return patiently(read, this.#options.patience);
  }

  #write<R>(write: () => R): Promise<R> {
    this.#checkOpen();
    return this.#writes.submit(write);
  }

  #checkOpen(): void {
    if (!this.#open) throw new OstiaryError('storage/unavailable', 'The storage was closed.');
  }
}

function toStored(row: Row | undefined): Stored | undefined {
  if (row === undefined) return undefined;
  const expiry = row.expires_at === null ? {} : { expiresAt: new Date(row.expires_at) };
  return { value: parseStoredValue(textToKey(row.name), row.value), version: row.version, ...expiry };
}
