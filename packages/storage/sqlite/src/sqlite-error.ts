import { type ErrorCode, OstiaryError } from '@ostiary/primitives';

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const ERROR = 1;
const PERM = 3;
const BUSY = 5;
const LOCKED = 6;
const NOMEM = 7;
const READONLY = 8;
const INTERRUPT = 9;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const PROTOCOL = 15;
const NOTADB = 26;
/** What may be otherwise at another time: the statement is right, the machine is not ready for it. */
const CIRCUMSTANCES: readonly number[] = [
  PERM,
  BUSY,
  LOCKED,
  NOMEM,
  READONLY,
  INTERRUPT,
  IOERR,
  FULL,
  CANTOPEN,
  PROTOCOL,
];

/** The primary result code of an error of node:sqlite; `undefined` for any other error. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** True when another process holds the lock: waiting helps. */
export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

/** True when the machine is not ready for the statement, whichever it is. */
export function isCircumstance(error: unknown): boolean {
  const code = resultCode(error);
  return code !== undefined && CIRCUMSTANCES.includes(code);
}

/** True for a statement that does not fit the tables of the file. */
export function isMisfit(error: unknown): boolean {
  return resultCode(error) === ERROR;
}

/** Why a path cannot be a database of ours; `undefined` when the error is about something else. */
export function pathProblem(error: unknown): string | undefined {
  const code = resultCode(error);
  if (code === NOTADB) return 'is not a SQLite database';
  if (code === CANTOPEN || code === READONLY || code === PERM) return 'cannot be written';
  return undefined;
}

/** An error of SQLite as the contract has it. What is no error of SQLite is a bug, and stays what it is. */
export function toOstiaryError(error: unknown): unknown {
  const result = resultCode(error);
  if (result === undefined) return error;
  const wrap = (code: ErrorCode, message: string): OstiaryError =>
    new OstiaryError(code, message, { cause: error, detail: { sqlite: result } });
  if (result === CORRUPT || result === NOTADB) return wrap('storage/corrupt', 'The database file is damaged.');
  if (isCircumstance(error)) {
    return wrap('storage/unavailable', 'The storage does not answer. Please try again.');
  }
  return error;
}
