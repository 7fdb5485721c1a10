import {
  accessSync,
  type BigIntStats,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Logger, OstiaryError } from '@ostiary/primitives';
import { BLOCKING_WAIT_MS } from './patience.ts';
import { pathProblem } from './sqlite-error.ts';

const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
const OTHERS = 0o077;

/**
 * Opens the file, and makes it and its folder for the eyes of their owner only when they are not there.
 *
 * @throws {OstiaryError} `config/invalid` when there can be no database at this path.
 */
export function openFile(file: string, log: Logger): DatabaseSync {
  const path = resolve(file);
  makeFile(path);
  for (const file of withCompanions(path)) checkWritable(file);
  if ((statSync(path).mode & OTHERS) !== 0) log.warn('storage.file_open_to_others', { file: path });
  try {
    const database = new DatabaseSync(path, { timeout: BLOCKING_WAIT_MS });
    try {
      prepareConnection(database, path);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  } catch (error) {
    const problem = pathProblem(error);
    throw problem === undefined ? error : unusable(path, problem, error);
  }
}

/** A file that is there is not opened here: closing it would end the locks that this process has on it (POSIX). */
function makeFile(path: string): void {
  try {
    makeFolder(dirname(path));
  } catch (error) {
    throw unusable(path, `is in a folder that cannot be made (${errorCode(error)})`, error);
  }
  try {
    closeSync(openSync(path, 'wx', OWNER_ONLY_FILE));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw unusable(path, `cannot be made (${errorCode(error)})`, error);
  }
  const found = whatIsAt(path);
  if (typeof found === 'string') throw unusable(path, `is a link that leads to no file (${found})`);
  if (!found.isFile()) throw unusable(path, 'is not a file');
}

/**
 * SQLite keeps the last writes, and who reads and writes them, in two files beside the database while it is open. They
 * are beside the file itself when the path is a symbolic link.
 */
function withCompanions(path: string): readonly string[] {
  const file = realpathSync(path);
  return [path, `${file}-wal`, `${file}-shm`];
}

/**
 * SQLite opens what it may only read without a word, and each write fails later. What it makes beside it then can only
 * be read, too, and stays when the rights of the file have been put right.
 */
function checkWritable(file: string): void {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw unusable(file, `cannot be written (${errorCode(error)})`, error);
  }
}

/**
 * Makes the folder, and those above it that are missing. Not with the option `recursive`: below a folder that holds
 * none but its own, like /proc, that never ends (Node 24).
 */
function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: OWNER_ONLY_FOLDER });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

function prepareConnection(database: DatabaseSync, path: string): void {
  // With WAL, readers and one writer do not wait for each other. FULL: a commit is on the disk before it is answered.
  const mode = database.prepare('PRAGMA journal_mode = WAL').get();
  if (mode?.journal_mode !== 'wal') throw unusable(path, 'is on a file system without shared memory; use a local disk');
  database.exec('PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
}

/** An error about the path, for whoever configured it. */
export function unusable(path: string, problem: string, cause?: unknown): OstiaryError {
  const message = `The database file ${path} ${problem}. Check storage.config.file and the rights of its folder.`;
  return new OstiaryError('config/invalid', message, { cause, detail: { file: path } });
}

/** An error about circumstances, for whoever starts the server: another process has the lock, the disk is full. */
export function unreachable(path: string, cause: OstiaryError): OstiaryError {
  const why = cause.cause instanceof Error ? cause.cause.message : 'no answer in time';
  const message = `The database file ${path} cannot be used: ${why}. Look at its disk, and at who else has it open.`;
  return new OstiaryError('storage/unavailable', message, { cause, detail: { file: path } });
}

/** An error about what is in the file, for whoever starts the server: SQLite cannot read it, or we must not. */
export function unreadable(path: string, cause: OstiaryError): OstiaryError {
  const problem =
    cause.cause instanceof Error
      ? `is damaged: ${cause.cause.message}. Restore a backup, or move it away, then everybody logs in again.`
      : 'was written by a newer release of Ostiary. Start that one, or give this one another file.';
  const detail = { ...cause.detail, file: path };
  return new OstiaryError('storage/corrupt', `The database file ${path} ${problem}`, { cause, detail });
}

/**
 * Makes a check that throws `storage/unavailable` while the path, or that of a companion, leads to another file than it
 * does now, or to none. SQLite would go on with the files it has open. Whatever it writes there is gone when the server
 * is killed, and a process that opens the path meanwhile does not see it.
 *
 * @param path of a database that was read already: the first read makes its companions.
 */
export function inPlaceCheck(path: string): () => void {
  const checks = withCompanions(path).map((file) => sameFileCheck(file, statSync(file, { bigint: true })));
  return () => {
    for (const check of checks) check();
  };
}

function sameFileCheck(file: string, opened: BigIntStats): () => void {
  return () => {
    const found = whatIsAt(file);
    if (typeof found !== 'string' && found.ino === opened.ino && found.dev === opened.dev) return;
    const what = typeof found === 'string' ? `is not at its path any more (${found})` : 'was replaced by another';
    const problem = `The database file ${what}, so what is written now would be lost. Put it back, or restart the server.`;
    throw new OstiaryError('storage/unavailable', 'The storage does not answer. Please try again.', {
      detail: { file, problem },
    });
  };
}

/** The file at a path, or the code of the error. */
function whatIsAt(path: string): BigIntStats | string {
  try {
    return statSync(path, { bigint: true });
  } catch (error) {
    return errorCode(error);
  }
}
