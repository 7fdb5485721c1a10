import { OstiaryError } from '@ostiary/primitives';

/** Numbers of errors, as MySQL and MariaDB have them in common unless one of them is named. */
const DUPLICATE = 1062;
const LOCK_WAIT_TIMEOUT = 1205;
/** Another transaction was in the way. In a cluster (Galera, group replication), it was written on another node. */
const conflicts: ReadonlySet<number> = new Set([1020, 1213, 3101]);
/** Takes no writes: `read_only`, or a transaction that only reads. */
const readOnly: ReadonlySet<number> = new Set([1290, 1792, 1836]);
/**
 * The server ends, is cut off from its cluster (1047, Galera), or has ended this connection: for being idle (4031, MySQL), by
 * somebody's KILL (1927, MariaDB).
 */
const ended: ReadonlySet<number> = new Set([1047, 1053, 1077, 1927, 4031]);
const damaged: ReadonlySet<number> = new Set([1034, 1712, 1877]);
/** Their words quote a statement or a value. */
const quoting: ReadonlySet<number> = new Set([DUPLICATE, 1064, 1292, 1366]);

/** Why this database, reached and logged in to, is not fit to be a storage: the rest of a sentence that names it. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}

/** An answer of the server that is an error. The client's own has the statement, and so the record, hung on it. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly errno: number;
  readonly sqlState: string;

  constructor(message: string, { errno, sqlState }: { readonly errno: number; readonly sqlState: string }) {
    super(quoting.has(errno) ? `error ${errno} of the server` : message);
    this.errno = errno;
    this.sqlState = sqlState;
  }
}

/** An error of the client without what it hangs on it. What is of the server becomes a {@link ServerError}. */
export function fromClient(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { errno, sqlState } = error as { errno?: unknown; sqlState?: unknown };
  if (typeof errno === 'number' && typeof sqlState === 'string') {
    return new ServerError(error.message, { errno, sqlState });
  }
  Reflect.deleteProperty(error, 'sql');
  return error;
}

function numberOf(error: unknown): number {
  return error instanceof ServerError ? error.errno : 0;
}

/** True when a row of that name was there, also as the cause of an error. */
export function isTaken(error: unknown): boolean {
  return numberOf(error instanceof OstiaryError ? error.cause : error) === DUPLICATE;
}

/** True when another transaction was in the way: nothing was changed, and trying again helps. */
export function isConflict(error: unknown): boolean {
  return conflicts.has(numberOf(error));
}

/** True when a lock was not to be had for some time: nothing was changed. */
export function isLockTimeout(error: unknown): boolean {
  return numberOf(error) === LOCK_WAIT_TIMEOUT;
}

/** True when a write came to a server that takes none: a replica, after a failover. */
export function isReadOnly(error: unknown): boolean {
  return readOnly.has(numberOf(error));
}

/** What is said of a connection that was there and is not any more. */
const cut = /^Connection lost|closed state|\b(?:ECONNRESET|EPIPE|ERR_STREAM_\w+)\b/u;

/** True when a connection ended under a statement. Whether the statement was carried out is not known. */
export function isCut(error: unknown): boolean {
  if (error instanceof ServerError) return ended.has(error.errno);
  return error instanceof Error && cut.test(`${error.message} ${'code' in error ? String(error.code) : ''}`);
}

/** True when a connection is not to be used again after this error: all but what the server says of one statement. */
export function endsConnection(error: unknown): boolean {
  return !(error instanceof ServerError) || ended.has(error.errno) || isReadOnly(error);
}

/** What went wrong with a statement, as the contract has it. */
export function toOstiaryError(cause: unknown): OstiaryError {
  const detail = cause instanceof ServerError ? { errno: cause.errno, sqlState: cause.sqlState } : {};
  if (damaged.has(numberOf(cause))) {
    return new OstiaryError('storage/corrupt', 'The database is damaged.', { cause, detail });
  }
  return new OstiaryError('storage/unavailable', 'The storage does not answer. Please try again.', { cause, detail });
}
